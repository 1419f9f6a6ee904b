using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Coffer.KeyProvider.Daemon.Peers;

/// <summary>
/// Looks at every connection before a byte of it is read: counts those of peers that may call, and lets one that may not live just
/// long enough to be told so. Peers that are refused share a small number of connections, which are not those of the others.
/// </summary>
internal sealed class PeerAdmission(DaemonState state, TimeProvider time)
{
    private const int MostRefused = 32;
    private static readonly TimeSpan RefusedLifetime = TimeSpan.FromSeconds(5);

    private int _refused;

    /// <summary>The connection's middleware.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => connection => AdmitAsync(connection, next);

    private Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket) return Drop(connection);
        CallPeer peer;
        try
        {
            peer = PeerCredentials.Read(socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Drop(connection);
        }
        var allowed = state.PeerRule.Allows(peer);
        connection.Features.Set(new ConnectedPeer(peer, allowed));
        return allowed ? ServeAsync(connection, next, peer) : RefuseAsync(connection, next, peer);
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, CallPeer peer)
    {
        var load = state.Parts.Load;
        var most = state.Settings.Limits.Connections;
        try
        {
            if (load.ChangeConnections(1) > most && peer.Pid != Environment.ProcessId)
            {
                state.Observer.ConnectionDropped(peer, $"{most} connections are open already");
                await Drop(connection).ConfigureAwait(false);
                return;
            }
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            load.ChangeConnections(-1);
        }
    }

    private async Task RefuseAsync(ConnectionContext connection, ConnectionDelegate next, CallPeer peer)
    {
        state.Observer.PeerRefused(peer);
        try
        {
            if (Interlocked.Increment(ref _refused) > MostRefused)
            {
                await Drop(connection).ConfigureAwait(false);
                return;
            }
            using var end = time.CreateTimer(c => ((ConnectionContext)c!).Abort(), connection, RefusedLifetime, Timeout.InfiniteTimeSpan);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _refused);
        }
    }

    private static Task Drop(ConnectionContext connection)
    {
        connection.Abort();
        return Task.CompletedTask;
    }
}
