using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>
/// Spans of what the broker does (docs/broker/observe.md lists them). A caller's trace is continued (W3C Trace Context). Nothing is made where
/// nobody listens. Attributes are routes, words and ids: no path, token, key or body.
/// </summary>
internal static class BrokerTraces
{
    public const string SourceName = "Coffer.KeyBroker";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A request as the broker serves it; null where nobody listens.</summary>
    public static Activity? Request(HttpContext context)
    {
        if (!Source.HasListeners()) return null;
        var headers = context.Request.Headers;
        ActivityContext.TryParse(headers.TraceParent.ToString(), null, isRemote: true, out var parent);
        return Source.StartActivity(context.Request.Method, ActivityKind.Server, parent);
    }

    /// <summary>What became of it.</summary>
    public static void End(Activity? span, string method, RequestFacts facts, string requestId, int status)
    {
        if (span is null) return;
        span.DisplayName = $"{method} {facts.Route}";
        span.SetTag("http.request.method", method).SetTag("http.route", facts.Route).SetTag("http.response.status_code", status).SetTag("coffer.request_id", requestId);
        if (facts.Tee is { } tee) span.SetTag("coffer.tee", tee);
        if (status >= 500) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Evidence being verified.</summary>
    public static Activity? Verify(string tee) => Source.StartActivity("verify")?.SetTag("coffer.tee", tee);

    /// <summary>Policies being asked.</summary>
    public static Activity? Policy() => Source.StartActivity("policy");

    /// <summary>A resource being decided about, opened and sealed to its receiver.</summary>
    public static Activity? Release() => Source.StartActivity("release");

    /// <summary>Evidence that does not hold.</summary>
    public static void Refuse(Activity? span) => span?.SetTag("coffer.holds", false);

    /// <summary>What was decided.</summary>
    public static void Decide(Activity? span, bool allowed) => span?.SetTag("coffer.allowed", allowed);

    /// <summary>A transaction on the store.</summary>
    public static Activity? Store(string operation) => Source.StartActivity($"store {operation}", ActivityKind.Client)?.SetTag("db.operation.name", operation);

    /// <summary>Its end.</summary>
    public static void End(Activity? span, bool ok, int runs)
    {
        if (span is null) return;
        span.SetTag("coffer.store.runs", runs);
        if (!ok) span.SetStatus(ActivityStatusCode.Error);
    }
}
