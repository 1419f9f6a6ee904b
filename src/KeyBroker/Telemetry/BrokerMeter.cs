using System.Diagnostics.Metrics;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>
/// Counts what the broker does (docs/broker/observe.md lists it). Every label has a small fixed set of values: no path, host, user or
/// address becomes one. Without a listener an instrument costs next to nothing.
/// </summary>
internal sealed class BrokerMeter : IDisposable
{
    public const string MeterName = "Coffer.KeyBroker";

    /// <summary>Seconds: a durable write takes from a fraction of a millisecond to many.</summary>
    public static readonly double[] LatencyBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private const string AttestRoute = "/kbs/v0/attest", ResourceRoute = "/kbs/v0/resource/{*path}";
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    private readonly Counter<long> _requests, _attestations, _releases, _denials, _retries;
    private readonly Histogram<double> _latency, _store;

    public BrokerMeter()
    {
        _requests = Meter.CreateCounter<long>("coffer.broker.requests", "{request}", "Requests that were answered, by method, route and HTTP status.");
        _latency = Seconds("coffer.broker.request.duration", "Time from a request's head to the end of its answer, by route.");
        _attestations = Meter.CreateCounter<long>("coffer.broker.attestations", "{attestation}", "Evidence that was shown, by TEE and outcome.");
        _releases = Meter.CreateCounter<long>("coffer.broker.releases", "{release}", "Resources that machines asked for, by outcome.");
        _denials = Meter.CreateCounter<long>("coffer.broker.denials", "{request}", "Requests without a credential that holds, or whose caller may not.");
        _store = Seconds("coffer.broker.store.duration", "Time of a transaction on the store, by operation and outcome.");
        _retries = Meter.CreateCounter<long>("coffer.broker.store.retries", "{run}", "Times that a transaction ran again after a conflict, by operation.");
    }

    /// <summary>The meter, for those who listen to it alone.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>
    /// Shows every counter at zero, once all who listen do so: a counter that first shows with its first failure hides that failure from
    /// those who look at its rate.
    /// </summary>
    public void Begin()
    {
        foreach (var outcome in Outcomes.All) _releases.Add(0, Tag("outcome", outcome));
        foreach (var fault in (string[])[Outcomes.Unauthenticated, Outcomes.Denied]) _denials.Add(0, Tag("fault", fault));
        foreach (var operation in (string[])["read", "write"]) _retries.Add(0, Tag("operation", operation));
    }

    /// <summary>A request was answered.</summary>
    public void Answered(string method, RequestFacts facts, int status, TimeSpan took)
    {
        _requests.Add(1, Tag("method", Methods.Contains(method) ? method : "other"), Tag("route", facts.Route), Tag("status", StatusText(status)));
        _latency.Record(took.TotalSeconds, Tag("route", facts.Route));
        var outcome = Outcomes.Of(status);
        if (outcome is Outcomes.Unauthenticated or Outcomes.Denied) _denials.Add(1, Tag("fault", outcome));
        if (facts.Route == AttestRoute) _attestations.Add(1, Tag("tee", facts.Tee ?? "unknown"), Tag("outcome", outcome));
        if (facts.Route == ResourceRoute && method == "GET") _releases.Add(1, Tag("outcome", outcome));
    }

    /// <summary>A transaction ended.</summary>
    /// <param name="operation"><c>read</c> or <c>write</c>.</param>
    /// <param name="ok">False where the store could not be used.</param>
    /// <param name="runs">How often its work was run.</param>
    /// <param name="took">All of it, waiting included.</param>
    public void Stored(string operation, bool ok, int runs, TimeSpan took)
    {
        _store.Record(took.TotalSeconds, Tag("operation", operation), Tag("outcome", ok ? Outcomes.Ok : Outcomes.Failed));
        if (runs > 1) _retries.Add(runs - 1, Tag("operation", operation));
    }

    public void Dispose() => Meter.Dispose();

    private static string StatusText(int status) => status is >= 100 and < 600 ? status.ToString(System.Globalization.CultureInfo.InvariantCulture) : "other";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private Histogram<double> Seconds(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencyBounds });
}
