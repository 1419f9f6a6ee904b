using System.Net.Sockets;
using Coffer.KeyProvider.Daemon.Calls;
using Coffer.KeyProvider.Daemon.Peers;
using Coffer.Service.Hosting;
using Coffer.Service.Logs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>
/// The web server behind the daemon: HTTP/2 alone, on sockets that are bound already, with nothing taken from the environment,
/// the working folder or the command line.
/// </summary>
internal static class WebServer
{
    public static WebApplication Build(DaemonState state, IReadOnlyList<Listener> listeners, HealthEndpoint health, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = "/" }); // no file is served, and the current folder may be gone
        var limits = state.Settings.Limits;
        if (state.Parts.FrameworkLog is { } log)
        {
            // For a category that might log, the host makes a trace of each request, which nobody would read; its failures Kestrel logs as well.
            builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None).AddProvider(log);
        }
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Timeout.InfiniteTimeSpan); // the daemon's own bound is passed to StopAsync
        builder.Services.AddSingleton(new KeyProviderEndpoint(new CallTurns(state)));
        Services.Add(builder.Services, limits, health);

        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ZeroingMemoryPools>(); // the last one counts, and Kestrel adds its own
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = end => listeners[(int)((FileHandleEndPoint)end).FileHandle].Socket);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            ServerBounds.Apply(kestrel.Limits, limits);
            kestrel.AddServerHeader = false;
            var peers = new PeerAdmission(state, time);
            for (var i = 0; i < listeners.Count; i++) Listen(kestrel, i, listeners[i], peers, state);
        });

        var app = builder.Build();
        app.Use(PeerGate.RunAsync);
        app.Use(PlainMessages.RunAsync);
        app.Use(new CallAdmission(state, time).RunAsync);
        app.MapGrpcService<KeyProviderEndpoint>();
        Services.Map(app);
        return app;
    }

    // The number stands for the listener's place in the list: the socket itself is handed over above.
    private static void Listen(KestrelServerOptions kestrel, int number, Listener listener, PeerAdmission peers, DaemonState state) =>
        kestrel.ListenHandle((ulong)number, options =>
        {
            options.Protocols = HttpProtocols.Http2;
            options.Use(peers.Wrap);
            if (listener.IsTcp) options.UseHttps(Handshake(state));
        });

    private static TlsHandshakeCallbackOptions Handshake(DaemonState state) => new()
    {
        HandshakeTimeout = TimeSpan.FromSeconds(10),
        OnConnection = context =>
        {
            var peer = context.Connection.Features.Get<ConnectedPeer>()!.Peer;
            return ValueTask.FromResult(state.Certificates!.Options(why => state.Observer.ConnectionDropped(peer, why)));
        },
    };
}
