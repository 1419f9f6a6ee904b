using System.Net;
using System.Net.Sockets;
using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>
/// Asks the daemon over its own socket how it is, as any client would: a new connection and one call of grpc.health.v1. Where it listens
/// on TCP alone, which wants a client certificate, that it accepts a connection has to do.
/// </summary>
internal sealed class SelfProbe(IReadOnlyList<Listener> listeners)
{
    private readonly EndPoint[] _unix = [.. listeners.Where(l => !l.IsTcp).Select(l => l.EndPoint)];
    private readonly EndPoint[] _tcp = [.. listeners.Where(l => l.IsTcp).Select(l => l.EndPoint)];

    /// <returns>What is wrong; null where all is well.</returns>
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var end in _unix)
            {
                if (await HealthQuestion.AskAsync(end, cancellationToken).ConfigureAwait(false) is { } problem) return problem;
            }
            foreach (var end in _unix.Length == 0 ? _tcp : [])
            {
                using var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(end, cancellationToken).ConfigureAwait(false);
            }
            return null;
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return Printable.Of(e.Message);
        }
    }
}
