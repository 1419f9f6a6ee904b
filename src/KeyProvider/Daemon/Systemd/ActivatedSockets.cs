using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coffer.Oci;
using Coffer.Service.Sockets;

namespace Coffer.KeyProvider.Daemon.Systemd;

/// <summary>Listening sockets that systemd opened and hands over (sd_listen_fds(3)): descriptors from 3 on, meant for one process.</summary>
internal static class ActivatedSockets
{
    private const int First = 3;
    private const int Most = 16;
    private const int SocketLevel = 1;
    private const int AcceptsConnections = 30;

    /// <summary>The sockets handed to this process; empty where there are none. The caller disposes them.</summary>
    /// <param name="variable">Reads the environment.</param>
    /// <exception cref="CofferException">A descriptor is no listening stream socket.</exception>
    public static IReadOnlyList<Socket> Take(Func<string, string?> variable)
    {
        if (variable("LISTEN_PID") is not { } pid || pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return [];
        if (!int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0) return [];
        if (count > Most) throw new CofferException($"LISTEN_FDS hands over {count} sockets; at most {Most} are taken");
        var sockets = new List<Socket>();
        for (var descriptor = First; descriptor < First + count; descriptor++) sockets.Add(Take(descriptor));
        return sockets;
    }

    /// <summary>The path or address at which the socket listens.</summary>
    public static string Describe(Socket socket) => Printable.Of(socket.LocalEndPoint switch
    {
        UnixDomainSocketEndPoint unix => unix.ToString(),
        IPEndPoint ip => ip.ToString(),
        _ => "a socket",
    });

    private static Socket Take(int descriptor)
    {
        SystemCalls.EndInheritance(descriptor);
        try
        {
            var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            Span<byte> listens = stackalloc byte[sizeof(int)];
            socket.GetRawSocketOption(SocketLevel, AcceptsConnections, listens);
            if (socket is { SocketType: SocketType.Stream, AddressFamily: AddressFamily.Unix or AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 }
                && BitConverter.ToInt32(listens) == 1) return socket;
        }
        catch (SocketException)
        {
            // Told below.
        }
        throw new CofferException($"descriptor {descriptor}, handed over by systemd, is no listening stream socket", hint: "the .socket unit needs ListenStream= and Accept=no");
    }
}
