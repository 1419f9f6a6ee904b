using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coffer.KeyBroker.Hosting;

/// <summary>The web server's bounds. Routes and fronts have closer ones of their own for bodies.</summary>
internal static class ServerBounds
{
    /// <summary>The largest body of any request, in bytes: evidence with an event log, or a resource.</summary>
    public const int BodyBytes = 8 * 1024 * 1024;

    private const int HeaderBytes = 32 * 1024; // a bearer token of a guest has up to 8 KiB
    private const int Connections = 4096;

    public static void Apply(KestrelServerLimits server)
    {
        server.MaxConcurrentConnections = Connections;
        server.MaxConcurrentUpgradedConnections = 0;
        server.MaxRequestBodySize = BodyBytes;
        server.MaxRequestHeaderCount = 64;
        server.MaxRequestHeadersTotalSize = HeaderBytes;
        server.MaxRequestLineSize = 8 * 1024;
        server.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        server.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        server.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        server.Http2.MaxStreamsPerConnection = 64;
        server.Http2.MaxRequestHeaderFieldSize = HeaderBytes;
        server.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        server.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
