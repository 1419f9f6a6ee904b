namespace Coffer.KeyProvider.Daemon.Peers;

/// <summary>A connection's peer and whether it may call; a feature of the connection.</summary>
internal sealed record ConnectedPeer(CallPeer Peer, bool Allowed);
