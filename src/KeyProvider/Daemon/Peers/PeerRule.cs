using Coffer.KeyProvider.Configuration;
using Coffer.Service.Files;

namespace Coffer.KeyProvider.Daemon.Peers;

/// <summary>Who may call over a Unix socket: the users and groups listed; where none is, root and the daemon's own user.</summary>
internal sealed class PeerRule
{
    private readonly HashSet<uint> _uids;
    private readonly HashSet<uint> _gids;

    public PeerRule(ListenSettings settings)
    {
        _gids = [.. settings.AllowedGids];
        _uids = [.. settings.AllowedUids];
        if (_uids.Count == 0 && _gids.Count == 0) _uids = [0, FileFacts.CurrentUser];
    }

    /// <summary>Over TCP the client certificate has decided already. The daemon may always ask itself how it is.</summary>
    public bool Allows(CallPeer peer) =>
        peer.Address is not null || peer.Pid == Environment.ProcessId
        || peer.Uid is { } uid && _uids.Contains(uid) || peer.Gid is { } gid && _gids.Contains(gid);
}
