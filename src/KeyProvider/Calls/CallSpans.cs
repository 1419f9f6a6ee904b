using System.Diagnostics;
using Coffer.Attestation.Protocol.Client;
using Coffer.KeyProvider.Daemon.Telemetry;
using Coffer.Service.Traces;

namespace Coffer.KeyProvider.Calls;

/// <summary>A span for each call (docs/keyprovider.md), in the caller's trace where it names one. Its attributes are words and names of the configuration.</summary>
internal static class CallSpans
{
    /// <summary>What collectors know the key provider as.</summary>
    public const string ServiceName = "coffer-keyprovider";

    private static readonly ActivitySource Source = new("Coffer.KeyProvider");

    /// <summary>Sends these spans, and those of asking a broker, to a collector until it is disposed.</summary>
    public static OtlpTraces SendTo(Uri collector, int longestPush = OtlpTraces.UsualPush) => new(collector, ServiceName, [Source.Name, RcarTraces.SourceName], longestPush);

    /// <summary>Begins a call; null where nobody listens.</summary>
    /// <param name="traceParent">The caller's (W3C Trace Context); what is none is passed over.</param>
    public static Activity? Begin(string? traceParent)
    {
        if (!Source.HasListeners()) return null;
        Activity.Current = null; // the web server's own, which nobody collects
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return Source.StartActivity("call", ActivityKind.Server, parent);
    }

    /// <summary>What became of it.</summary>
    public static void End(Activity? span, CallTrace trace, FailureReason? failure)
    {
        if (span is null) return;
        span.DisplayName = Words.Of(trace.Operation);
        span.SetTag("coffer.outcome", Words.Outcome(failure)).SetTag("coffer.provider", trace.Provider).SetTag("coffer.source", trace.Source).SetTag("coffer.origin", Words.Of(trace.Origin));
        if (failure is not { } reason) return;
        span.SetTag("coffer.reason", Words.Of(reason));
        span.SetStatus(ActivityStatusCode.Error);
    }
}
