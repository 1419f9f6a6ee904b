using Coffer.KeyProvider.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>The web server's bounds: small, since a request is one message and a few short headers.</summary>
internal static class ServerBounds
{
    private const int HeaderBytes = 16 * 1024;

    public static void Apply(KestrelServerLimits server, LimitSettings limits)
    {
        server.MaxConcurrentUpgradedConnections = 0;
        server.MaxRequestBodySize = limits.MessageBytes + 64; // the message's own frame and tag
        server.MaxRequestHeaderCount = 64;
        server.MaxRequestHeadersTotalSize = HeaderBytes;
        server.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        server.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        server.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));
        server.Http2.MaxStreamsPerConnection = 128;
        server.Http2.MaxRequestHeaderFieldSize = HeaderBytes;
        server.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        server.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
