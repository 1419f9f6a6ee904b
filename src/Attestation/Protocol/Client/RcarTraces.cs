using System.Diagnostics;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>
/// Spans of the client's side of an attestation and of what is got with it (docs/keyprovider.md lists them). A broker is told of the one
/// that asks it (W3C Trace Context, <c>traceparent</c>). Nothing is made where nobody listens; no attribute names a resource or a key.
/// </summary>
public static class RcarTraces
{
    /// <summary>The name to listen to.</summary>
    public const string SourceName = "Coffer.Attestation";

    /// <summary>How names of sources begin whose spans a broker is told of.</summary>
    private const string Family = "Coffer.";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A step of this machine's own, or one that consists of others.</summary>
    internal static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>A request to the broker.</summary>
    internal static Activity? Request(string method) => Source.StartActivity(method, ActivityKind.Client)?.SetTag("http.request.method", method);

    /// <summary>What the broker answered.</summary>
    internal static void Answered(Activity? span, int status, string? requestId)
    {
        if (span is null) return;
        span.SetTag("http.response.status_code", status).SetTag("coffer.request_id", requestId);
        if (status >= 400) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>What goes into <c>traceparent</c>: the request's span, or, where it is not recorded, the one around it; null for nothing.</summary>
    internal static string? Parent(Activity? span) =>
        (span ?? Activity.Current) is { IdFormat: ActivityIdFormat.W3C } told && told.Source.Name.StartsWith(Family, StringComparison.Ordinal) ? told.Id : null;
}
