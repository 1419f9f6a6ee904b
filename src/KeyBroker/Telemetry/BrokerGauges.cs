using System.Diagnostics.Metrics;
using Coffer.KeyBroker.Health;
using Coffer.KeyBroker.Tls;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>What is read when somebody looks: the store's figures, certificates, clock and readiness, as they were last found.</summary>
internal sealed class BrokerGauges
{
    private volatile BrokerFigures? _figures;

    /// <param name="meter">Gets the instruments, and ends them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="certificates">By name; those that there are.</param>
    /// <param name="clock">Where steps are counted.</param>
    /// <param name="readiness">What was found last.</param>
    /// <param name="droppedLines">Lines of log that were dropped.</param>
    public BrokerGauges(Meter meter, TimeProvider time, IReadOnlyList<WatchedCertificate> certificates, ClockWatch clock, Readiness readiness, Func<long> droppedLines)
    {
        meter.CreateObservableGauge("coffer.broker.sessions", () => Of(_figures?.Sessions), "{session}", "Open attestation sessions in the store.");
        meter.CreateObservableGauge("coffer.broker.hosts", () => (_figures?.Hosts ?? new Dictionary<string, long>()).Select(h => Of(h.Value, "state", h.Key)), "{host}", "Enrolled hosts in the store, by state.");
        meter.CreateObservableGauge("coffer.broker.audit.sequence", () => Of(_figures?.AuditSequence), "{entry}", "The newest entry of this broker's audit chain.");
        meter.CreateObservableGauge("coffer.broker.token_key.age", () => Of((time.GetUtcNow() - _figures?.TokenKeyBegan)?.TotalSeconds), "s", "For how long the key that signs attestation tokens has signed.");
        meter.CreateObservableGauge("coffer.broker.certificate.expiry", () => certificates.Select(c => Of((c.NotAfter - time.GetUtcNow()).TotalSeconds, "certificate", c.Name)), "s", "Time until a certificate ends; negative afterwards.");
        meter.CreateObservableGauge("coffer.broker.clock.step", () => clock.LastStep.TotalSeconds, "s", "The last step of the wall clock; negative where it was set back, zero where there was none.");
        meter.CreateObservableCounter("coffer.broker.clock.steps", () => (IEnumerable<Measurement<long>>)[Of(clock.Forward, "direction", "forward"), Of(clock.Backward, "direction", "backward")], "{step}", "Times that the wall clock was set, or the machine slept.");
        meter.CreateObservableGauge("coffer.broker.clock.behind_audit", () => Of(Behind(time.GetUtcNow())), "s", "How far the clock is behind the newest audit entry of this broker: what is more than a moment is a clock that was set back.");
        meter.CreateObservableGauge("coffer.broker.ready", () => (readiness.Last?.Problems ?? new Dictionary<string, string?>()).Select(p => Of(p.Value is null ? 1 : 0, "check", p.Key)), "{check}", "1 where a check of readiness held when it was last asked for, else 0.");
        meter.CreateObservableCounter("coffer.broker.log.dropped", droppedLines, "{line}", "Lines of log dropped because nobody took them.");
    }

    /// <summary>Shows what was found in the store.</summary>
    public void Show(BrokerFigures figures) => _figures = figures;

    private double? Behind(DateTimeOffset now) => _figures is not { } figures ? null : figures.AuditTime > now ? (figures.AuditTime.Value - now).TotalSeconds : 0;

    // Nothing is shown of what is not known yet.
    private static IEnumerable<Measurement<double>> Of(double? value) => value is { } known ? [new Measurement<double>(known)] : [];

    private static Measurement<double> Of(double value, string label, string of) => new(value, new KeyValuePair<string, object?>(label, of));

    private static Measurement<long> Of(long value, string label, string of) => new(value, new KeyValuePair<string, object?>(label, of));
}
