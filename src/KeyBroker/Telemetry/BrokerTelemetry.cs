using Coffer.Service.Logs;
using Coffer.Service.Metrics;
using Coffer.Service.Traces;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>A broker's log, metrics and traces, as it was set up. Dispose it last: the last lines are written, and what was measured is pushed once more.</summary>
internal sealed class BrokerTelemetry : IAsyncDisposable
{
    private const string ServiceName = "coffer-broker";

    private readonly PrometheusText? _text;
    private readonly OtlpPush? _push;
    private readonly OtlpTraces? _traces;
    private MetricsEndpoint? _endpoint;

    private BrokerTelemetry(BrokerSettings settings, Stream errors, TimeProvider time)
    {
        Log = new LogWriter(settings.Log, errors, Journal.ReadsStandardError(Environment.GetEnvironmentVariable("JOURNAL_STREAM")), time);
        Meter = new BrokerMeter();
        if (settings.Metrics is { Address: not null } or { Socket: not null }) _text = new PrometheusText(Meter.Meter);
        if (settings.Metrics.Otlp is { } otlp) _push = new OtlpPush(Meter.Meter, otlp, settings.Metrics.OtlpInterval, ServiceName);
        if (settings.Traces is { } traces) _traces = new OtlpTraces(traces, ServiceName, [BrokerTraces.SourceName]);
        Meter.Begin();
    }

    /// <summary>Gets what the operator should know.</summary>
    public LogWriter Log { get; }

    /// <summary>Counts.</summary>
    public BrokerMeter Meter { get; }

    /// <summary>Whether anybody looks at gauges.</summary>
    public bool IsMeasured => _text is not null || _push is not null;

    /// <summary>Starts what the settings ask for.</summary>
    /// <param name="settings">Log, metrics and traces.</param>
    /// <param name="errors">Where the log goes; not disposed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Oci.CofferException">The metrics' address or socket cannot be listened on.</exception>
    public static async Task<BrokerTelemetry> StartAsync(BrokerSettings settings, Stream errors, TimeProvider time, CancellationToken cancellationToken)
    {
        var telemetry = new BrokerTelemetry(settings, errors, time);
        try
        {
            if (telemetry._text is { } text) telemetry._endpoint = await MetricsEndpoint.StartAsync(settings.Metrics, text, new FrameworkLog(telemetry.Log), cancellationToken).ConfigureAwait(false);
            return telemetry;
        }
        catch
        {
            await telemetry.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The parts of a broker, observed.</summary>
    public BrokerParts Observe(BrokerParts parts) => parts with { Store = new ObservedStore(parts.Store, Meter), Meter = Meter, Log = Log };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_endpoint is not null) await _endpoint.DisposeAsync().ConfigureAwait(false);
        _traces?.Dispose();
        _push?.Dispose();
        _text?.Dispose();
        Meter.Dispose();
        await Log.DisposeAsync().ConfigureAwait(false);
    }
}
