using Coffer.Attestation.Protocol.Messages;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Kbs;

/// <summary>Writes the front's answers. Its clients read JSON from every refusal, whatever the status.</summary>
internal static class KbsReply
{
    public static Task WriteAsync(HttpContext context, KbsAnswer answer) => WriteAsync(context.Response, 200, answer.Json, context.RequestAborted);

    /// <summary><c>{"type","detail"}</c>; the detail ends in the request's id.</summary>
    public static Task WriteAsync(HttpContext context, KbsRefusal refusal)
    {
        if (refusal.Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(context.Response, refusal.Status, new KbsError(refusal.Kind, $"{refusal.Said}; request {context.TraceIdentifier}").ToJson(), context.RequestAborted);
    }

    private static async Task WriteAsync(HttpResponse response, int status, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
    }
}
