using Coffer.Oci;
using Coffer.Service.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coffer.Service.Metrics;

/// <summary>Serves <c>GET /metrics</c> over HTTP/1.1, to few callers at once and with nothing taken from the environment.</summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    private const int MostConnections = 16;

    private readonly WebApplication _app;
    private readonly MetricsSockets _sockets;

    private MetricsEndpoint(WebApplication app, MetricsSockets sockets) => (_app, _sockets) = (app, sockets);

    /// <param name="settings">Where.</param>
    /// <param name="text">What to show.</param>
    /// <param name="log">Where the server's own warnings go.</param>
    /// <param name="cancellationToken">Ends the wait for the start.</param>
    /// <exception cref="CofferException">An address cannot be listened on.</exception>
    public static async Task<MetricsEndpoint> StartAsync(MetricsSettings settings, PrometheusText text, ILoggerProvider log, CancellationToken cancellationToken)
    {
        var sockets = MetricsSockets.Bind(settings);
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = "/" }); // no file is served, and the current folder may be gone
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(log);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Bound(kestrel, sockets.All.Count));
        // The number stands for the socket's place in the list.
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = end => sockets.All[(int)((FileHandleEndPoint)end).FileHandle]);
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, text));
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            return new MetricsEndpoint(app, sockets);
        }
        catch
        {
            sockets.Dispose();
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(atOnce.Token).ConfigureAwait(false);
        _sockets.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static void Bound(KestrelServerOptions kestrel, int sockets)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        for (var i = 0; i < sockets; i++) kestrel.ListenHandle((ulong)i, o => o.Protocols = HttpProtocols.Http1);
    }

    private static Task AnswerAsync(HttpContext context, PrometheusText text)
    {
        var response = context.Response;
        if (context.Request.Path != "/metrics")
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }
        response.ContentType = PrometheusText.ContentType;
        return response.WriteAsync(text.Render(), context.RequestAborted);
    }
}
