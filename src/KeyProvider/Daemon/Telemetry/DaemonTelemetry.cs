using Coffer.KeyProvider.Calls;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Telemetry.Logs;
using Coffer.KeyProvider.Daemon.Telemetry.Metrics;
using Coffer.Service.Logs;
using Coffer.Service.Metrics;
using Coffer.Service.Traces;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Daemon.Telemetry;

/// <summary>
/// The daemon's log, metrics and traces, as configured: hand <see cref="Observer"/>, <see cref="FrameworkLog"/> and <see cref="Load"/> to
/// <see cref="DaemonParts"/>. Dispose it after the daemon: last lines are written and a last push is made.
/// </summary>
public sealed class DaemonTelemetry : IAsyncDisposable
{
    private readonly LogWriter _log;
    private readonly CallMeter _meter;
    private readonly PrometheusText? _text;
    private readonly OtlpPush? _push;
    private readonly OtlpTraces? _traces;
    private MetricsEndpoint? _endpoint;
    private KeyProviderCore? _core;

    private DaemonTelemetry(KeyProviderSettings settings, Stream errors, TimeProvider time)
    {
        _log = new LogWriter(settings.Log, errors, Journal.ReadsStandardError(Environment.GetEnvironmentVariable("JOURNAL_STREAM")), time);
        _meter = new CallMeter(Load, () => _log.Dropped, () => _core?.CachedAnswers ?? 0);
        if (settings.Metrics is { Address: not null } or { Socket: not null }) _text = new PrometheusText(_meter.Meter);
        if (settings.Metrics.Otlp is { } otlp) _push = new OtlpPush(_meter.Meter, otlp, settings.Metrics.OtlpInterval, CallSpans.ServiceName);
        if (settings.Traces is { } traces) _traces = CallSpans.SendTo(traces);
        _meter.Begin();
        Observer = new Observers(new CallLog(_log), _meter);
        FrameworkLog = new FrameworkLog(_log);
    }

    /// <summary>For <see cref="DaemonParts.Observer"/>.</summary>
    public ICallObserver Observer { get; }

    /// <summary>For <see cref="DaemonParts.FrameworkLog"/>; not disposed with this object's life in mind, since it owns nothing.</summary>
    public ILoggerProvider FrameworkLog { get; }

    /// <summary>For <see cref="DaemonParts.Load"/>.</summary>
    public DaemonLoad Load { get; } = new();

    /// <summary>Starts what the settings ask for.</summary>
    /// <param name="settings">Log, metrics and traces; those of a later reload take effect at the next start.</param>
    /// <param name="errors">Where the log goes: standard error. Not disposed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Oci.CofferException">The metrics' address or socket cannot be listened on.</exception>
    public static async Task<DaemonTelemetry> StartAsync(KeyProviderSettings settings, Stream errors, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        var telemetry = new DaemonTelemetry(settings, errors, time ?? TimeProvider.System);
        try
        {
            if (telemetry._text is { } text)
            {
                telemetry._endpoint = await MetricsEndpoint.StartAsync(settings.Metrics, text, telemetry.FrameworkLog, cancellationToken).ConfigureAwait(false);
            }
            return telemetry;
        }
        catch
        {
            await telemetry.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whose cache is counted from now on: the core that answers, after each reload the new one.</summary>
    public void Watch(KeyProviderCore core) => Volatile.Write(ref _core, core);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_endpoint is not null) await _endpoint.DisposeAsync().ConfigureAwait(false);
        _traces?.Dispose();
        _push?.Dispose();
        _text?.Dispose();
        _meter.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
    }
}
