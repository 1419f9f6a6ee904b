using System.Net;
using System.Net.Sockets;

namespace Coffer.Support;

/// <summary>Ports of 127.0.0.1 that nobody listens on.</summary>
public static class LoopbackPort
{
    /// <summary>A port that was free a moment ago; a caller that finds it taken asks again.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
