using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Limits;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Admin;

/// <summary>Writes answers of the administration API.</summary>
internal static class AdminReply
{
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext context, AdminAnswer answer, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = answer.Status;
        return answer.Body is { } body ? WriteJsonAsync(context.Response, body, cancellationToken) : Task.CompletedTask;
    }

    /// <summary><c>{"error":{"fault","message","hint"},"request_id"}</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, BrokerException error, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.StatusCode = FaultNames.StatusOf(error.Fault);
        if (error.Fault == BrokerFault.Unauthenticated) response.Headers.WWWAuthenticate = "Bearer";
        if (error is LimitedException limited) response.Headers.RetryAfter = limited.RetryAfter.ToString(CultureInfo.InvariantCulture);
        var details = new JsonObject { ["fault"] = FaultNames.Of(error), ["message"] = error.Message };
        if (error.Hint is { } hint) details["hint"] = hint;
        if (error.Details.Count > 0) details["details"] = new JsonArray([.. error.Details.Select(d => (JsonNode?)d)]);
        return WriteJsonAsync(response, new JsonObject { ["error"] = details, ["request_id"] = context.TraceIdentifier }, cancellationToken);
    }

    private static async Task WriteJsonAsync(HttpResponse response, JsonNode body, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Form)) body.WriteTo(writer);
        response.ContentType = "application/json";
        response.ContentLength = bytes.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancellationToken).ConfigureAwait(false);
    }
}
