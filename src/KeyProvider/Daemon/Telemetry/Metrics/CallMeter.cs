using System.Diagnostics.Metrics;

namespace Coffer.KeyProvider.Daemon.Telemetry.Metrics;

/// <summary>
/// Counts what the daemon tells, in instruments that any listener of the process can read (docs/keyprovider.md lists them). Every label has
/// a small fixed set of values: no key id, user or address becomes one.
/// </summary>
internal sealed class CallMeter : SilentObserver, IDisposable
{
    public const string MeterName = "Coffer.KeyProvider";

    /// <summary>Seconds: a local key takes well under a millisecond, a call may take up to its time-out.</summary>
    public static readonly double[] LatencyBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private const string Operation = "operation", Outcome = "outcome", Origin = "origin", Reason = "reason";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _calls, _failures, _refused, _dropped, _reloads;
    private readonly Histogram<double> _latency;

    /// <param name="load">Where the gauges are read.</param>
    /// <param name="droppedLines">Lines of log that were dropped.</param>
    /// <param name="cached">Unwrapped options in memory.</param>
    public CallMeter(DaemonLoad load, Func<long> droppedLines, Func<int> cached)
    {
        _calls = _meter.CreateCounter<long>("coffer.keyprovider.calls", "{call}", "Wrap and unwrap calls that have ended.");
        _failures = _meter.CreateCounter<long>("coffer.keyprovider.failures", "{call}", "Calls that ended without an answer, by reason.");
        _latency = _meter.CreateHistogram(
            "coffer.keyprovider.call.duration", "s", "Time from a request's arrival to its answer.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencyBounds });
        _refused = _meter.CreateCounter<long>("coffer.keyprovider.peers.refused", "{connection}", "Connections of peers that may not call.");
        _dropped = _meter.CreateCounter<long>("coffer.keyprovider.connections.dropped", "{connection}", "Connections closed unserved: too many, or a failed TLS handshake.");
        _reloads = _meter.CreateCounter<long>("coffer.keyprovider.reloads", "{reload}", "Times that configuration and keys were read again, by outcome.");
        _meter.CreateObservableGauge("coffer.keyprovider.calls.running", () => load.RunningCalls, "{call}", "Calls being worked on.");
        _meter.CreateObservableGauge("coffer.keyprovider.calls.queued", () => load.QueuedCalls, "{call}", "Calls that wait for their turn.");
        _meter.CreateObservableGauge("coffer.keyprovider.connections", () => load.Connections, "{connection}", "Open connections of peers that may call.");
        _meter.CreateObservableCounter("coffer.keyprovider.log.dropped", droppedLines, "{line}", "Lines of log dropped because nobody took them.");
        _meter.CreateObservableGauge("coffer.keyprovider.cache.entries", cached, "{entry}", "Unwrapped options kept in memory.");
    }

    /// <summary>The meter, for those who listen to it alone.</summary>
    public Meter Meter => _meter;

    /// <summary>
    /// Shows every counter at zero, once all who listen do so: a counter that first shows with its first failure hides that failure from
    /// those who look at its rate.
    /// </summary>
    public void Begin()
    {
        foreach (var reason in Enum.GetValues<FailureReason>()) _failures.Add(0, new KeyValuePair<string, object?>(Reason, Words.Of(reason)));
        foreach (var outcome in (string[])[Words.Done, Words.Failed]) _reloads.Add(0, new KeyValuePair<string, object?>(Outcome, outcome));
        _refused.Add(0);
        _dropped.Add(0);
    }

    public override void CallFinished(FinishedCall call)
    {
        var operation = new KeyValuePair<string, object?>(Operation, Words.Of(call.Trace.Operation));
        var outcome = new KeyValuePair<string, object?>(Outcome, Words.Outcome(call.Failure));
        _calls.Add(1, operation, outcome, new KeyValuePair<string, object?>(Origin, Words.Of(call.Trace.Origin)));
        _latency.Record(call.Latency.TotalSeconds, operation, outcome);
        if (call.Failure is { } reason) _failures.Add(1, new KeyValuePair<string, object?>(Reason, Words.Of(reason)));
    }

    public override void PeerRefused(CallPeer peer) => _refused.Add(1);

    public override void ConnectionDropped(CallPeer peer, string why) => _dropped.Add(1);

    public override void Reloaded(IReadOnlyList<string> notes) => _reloads.Add(1, new KeyValuePair<string, object?>(Outcome, Words.Done));

    public override void ReloadFailed(IReadOnlyList<string> problems) => _reloads.Add(1, new KeyValuePair<string, object?>(Outcome, Words.Failed));

    public void Dispose() => _meter.Dispose();
}
