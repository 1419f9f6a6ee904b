using System.Net;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Page;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.Tls;
using Coffer.Service.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coffer.KeyBroker.Hosting;

/// <summary>
/// The web server behind the broker: HTTP/1.1 and HTTP/2 over TLS, with nothing taken from the environment, the working folder or the
/// command line.
/// </summary>
internal static class BrokerWeb
{
    private const string Health = "/healthz";

    /// <param name="ends">Where to listen.</param>
    /// <param name="identity">What it shows in handshakes; null for plain HTTP.</param>
    /// <param name="asksForCertificates">Whether a handshake asks the client for a certificate, which it need not have.</param>
    /// <param name="dispatch">The administration API.</param>
    /// <param name="fronts">The other protocols.</param>
    /// <param name="page">Opens the sessions of the operator's page.</param>
    /// <param name="watch">Stands around every request.</param>
    public static WebApplication Build(
        IReadOnlyList<IPEndPoint> ends, IServerIdentity? identity, Func<bool> asksForCertificates, AdminDispatch dispatch, IReadOnlyList<IBrokerFront> fronts,
        PageSession page, RequestWatch watch)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = "/" }); // no file is served, and the current folder may be gone
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Timeout.InfiniteTimeSpan); // the server's own bound is passed to StopAsync
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            ServerBounds.Apply(kestrel.Limits);
            kestrel.AddServerHeader = false;
            foreach (var end in ends) kestrel.Listen(end, options => Protect(options, identity, asksForCertificates));
        });
        var app = builder.Build();
        app.Run(context =>
        {
            context.TraceIdentifier = RequestIds.Draw();
            context.Response.Headers[RequestIds.Header] = context.TraceIdentifier;
            return watch.RunAsync(context, c => AnswerAsync(c, dispatch, fronts, page));
        });
        return app;
    }

    private static void Protect(ListenOptions options, IServerIdentity? identity, Func<bool> asksForCertificates)
    {
        options.Protocols = identity is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        if (identity is null) return;
        options.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => ValueTask.FromResult(asksForCertificates() ? TlsOptions.AskingForCertificate(identity.Options()) : identity.Options()),
        });
    }

    private static Task AnswerAsync(HttpContext context, AdminDispatch dispatch, IReadOnlyList<IBrokerFront> fronts, PageSession page)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments(AdminDispatch.Root.TrimEnd('/'), StringComparison.Ordinal))
        {
            PageCookie.Admit(context.Request, page);
            return dispatch.AnswerAsync(context);
        }
        foreach (var front in fronts)
        {
            if (path.StartsWithSegments(front.Root, StringComparison.Ordinal)) return front.AnswerAsync(context);
        }
        if (path == "/" && (context.Request.Method is "GET" or "HEAD"))
        {
            context.Response.Redirect("/ui/");
            return Task.CompletedTask;
        }
        if (path == Health && context.Request.Method is "GET" or "HEAD")
        {
            RequestFacts.Of(context).Route = Health;
            return AdminReply.WriteAsync(context, AdminAnswer.Done, context.RequestAborted);
        }
        return AdminReply.WriteErrorAsync(context, new BrokerException(BrokerFault.NotFound, "there is nothing here"), context.RequestAborted);
    }
}
