using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Daemon.Peers;

/// <summary>Who connected, as the kernel noted it when he did (SO_PEERCRED, unix(7)); over TCP the address.</summary>
internal static class PeerCredentials
{
    private const int SocketLevel = 1;
    private const int PeerCredential = 17;

    /// <exception cref="SocketException">The connection is gone already.</exception>
    public static CallPeer Read(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix) return new CallPeer(null, null, null, socket.RemoteEndPoint?.ToString() ?? "an unknown address");
        Span<uint> credentials = stackalloc uint[3]; // pid, uid, gid
        var read = socket.GetRawSocketOption(SocketLevel, PeerCredential, MemoryMarshal.AsBytes(credentials));
        return read == 12
            ? new CallPeer((int)credentials[0], credentials[1], credentials[2], null)
            : throw new SocketException((int)SocketError.OperationNotSupported);
    }
}
