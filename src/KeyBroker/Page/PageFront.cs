using System.Text;
using System.Text.Json;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Coffer.KeyBroker.Page;

/// <summary>
/// The operator's page at <c>/ui/</c>: its files, and the beginning and end of a session. What it shows it reads from the administration API,
/// which decides what the session's token may read; a token is not looked at before.
/// </summary>
internal sealed class PageFront(PageSession session) : IBrokerFront
{
    private const int MostBodyBytes = 8 * 1024;
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <inheritdoc/>
    public PathString Root => "/ui";

    /// <inheritdoc/>
    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await RunAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (BrokerException e) when (!context.Response.HasStarted)
        {
            await AdminReply.WriteErrorAsync(context, e, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private Task RunAsync(HttpContext context)
    {
        Protect(context.Response.Headers);
        var name = context.Request.Path.Value!;
        switch (context.Request.Method, name)
        {
            case ("GET" or "HEAD", "/ui"):
                RequestFacts.Of(context).Route = "/ui/{file}";
                context.Response.Redirect("/ui/");
                return Task.CompletedTask;
            case ("GET" or "HEAD", _) when PageFiles.Find(name == "/ui/" ? "index.html" : name["/ui/".Length..]) is { } file:
                RequestFacts.Of(context).Route = "/ui/{file}";
                return SendAsync(context, file);
            case ("POST", "/ui/login"):
                RequestFacts.Of(context).Route = "/ui/login";
                return LogInAsync(context);
            case ("POST", "/ui/logout"):
                RequestFacts.Of(context).Route = "/ui/logout";
                RequireOwn(context.Request);
                PageCookie.Remove(context.Response);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            default:
                throw new BrokerException(BrokerFault.NotFound, "there is nothing here", "the page is at /ui/");
        }
    }

    private async Task LogInAsync(HttpContext context)
    {
        RequireOwn(context.Request);
        if (!context.Request.IsHttps) throw new BrokerException(BrokerFault.BadRequest, "the page needs TLS: browsers do not keep its cookie without");
        var body = await RequestBody.ReadAsync(context.Request, MostBodyBytes, context.RequestAborted).ConfigureAwait(false);
        var token = TokenOf(body);
        if (token.Length == 0 || token.Any(c => c is <= ' ' or > '~')) throw new BrokerException(BrokerFault.BadRequest, "that is no access token");
        if (Encoding.UTF8.GetByteCount(token) > PageSession.MostTokenBytes) throw new BrokerException(BrokerFault.BadRequest, $"the page takes tokens of at most {PageSession.MostTokenBytes} bytes");
        PageCookie.Set(context.Response, session.Seal(token));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string TokenOf(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 2, AllowDuplicateProperties = false });
            return document.RootElement.GetProperty("token").GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BrokerException(BrokerFault.BadRequest, "the request's body is not {\"token\":\"...\"}", inner: e);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(body);
        }
    }

    private static void RequireOwn(HttpRequest request)
    {
        if (!PageCookie.IsOwn(request)) throw new BrokerException(BrokerFault.Denied, "only the page itself may ask for that", "the request lacks Sec-Fetch-Site: same-origin, which every present browser sends");
    }

    private static async Task SendAsync(HttpContext context, PageFile file)
    {
        var response = context.Response;
        response.Headers.ETag = file.Tag;
        response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == new StringValues(file.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = file.Type;
        response.ContentLength = file.Bytes.Length;
        if (context.Request.Method == HttpMethods.Get) await response.Body.WriteAsync(file.Bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }
}
