using System.Net;
using System.Net.Sockets;
using Coffer.Service.Sockets;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>One bound socket at which the daemon answers.</summary>
/// <param name="Socket">Bound; the web server lets it listen and disposes it.</param>
/// <param name="Place">Its path or address, for people.</param>
/// <param name="IsTcp">True where TLS and a client certificate are required.</param>
/// <param name="Path">What holds the path of a Unix socket of our own; null where systemd holds it, and over TCP.</param>
internal sealed record Listener(Socket Socket, string Place, bool IsTcp, UnixSocketPlace? Path = null) : IDisposable
{
    /// <summary>Where a client connects.</summary>
    public EndPoint EndPoint { get; } = Socket.LocalEndPoint!;

    public void Dispose()
    {
        Path?.Dispose();
        Socket.Dispose();
    }
}
