using System.Runtime.InteropServices;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Health;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.Tls;
using Coffer.Oci;
using Coffer.Service.Logs;
using Coffer.Service.Systemd;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyBroker.Hosting;

/// <summary>A broker that is open, serving until it is told to stop: reported to systemd, looked after, reloaded on SIGHUP.</summary>
/// <param name="parts">What it serves with.</param>
/// <param name="identity">What it shows in handshakes; null for plain HTTP.</param>
/// <param name="authority">Its own authority; null where the operator gives a certificate.</param>
/// <param name="access">Who else is let in; null for nobody.</param>
/// <param name="telemetry">Log, metrics and traces.</param>
/// <param name="notifier">Tells systemd.</param>
internal sealed class BrokerServing(BrokerParts parts, IServerIdentity? identity, CertificateAuthority? authority, AccessReload? access, BrokerTelemetry telemetry, ServiceNotifier notifier)
{
    private readonly LogWriter _log = telemetry.Log;
    private readonly Lock _reloading = new();

    /// <summary>Serves.</summary>
    /// <param name="ends">Where to listen.</param>
    /// <param name="ready">Called with the addresses once requests are accepted.</param>
    /// <param name="stop">Cancelled to stop.</param>
    /// <exception cref="CofferException">It could not be started.</exception>
    public async Task RunAsync(IReadOnlyList<System.Net.IPEndPoint> ends, Action<IReadOnlyList<string>> ready, CancellationToken stop)
    {
        var clock = new ClockWatch(parts.Time, step => _log.Write(
            LogLevel.Warning, "clock-step", ("seconds", step.TotalSeconds), ("message", step > TimeSpan.Zero ? "the clock was set ahead, or the machine slept" : "the clock was set back")));
        using var readiness = new Readiness(BrokerChecks.Of(parts, identity), Tell, parts.Time);
        var server = await BrokerServer.StartAsync(
            parts, ends, identity, [.. BrokerFronts.All(parts), new ReadyFront(readiness)], new AccessWatch(parts),
            (id, e) => _log.Write(LogLevel.Error, "request-failed", ("requestId", id), ("fault", e.GetType().Name), ("message", e.Message)), stop).ConfigureAwait(false);
        await using var disposal = server.ConfigureAwait(false);
        var serving = $"serving on {string.Join(", ", server.Addresses)}";
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // otherwise it ends the process
            lock (_reloading) Reload(serving, stop);
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var probe = new SelfProbe(server.Ends[0], identity);
        var watchdog = Watchdog.Period(Environment.GetEnvironmentVariable) is { } period && notifier.IsHeard
            ? new Watchdog(notifier, probe.AskAsync, _log.Warn, TimeProvider.System).RunAsync(period, end.Token)
            : Task.CompletedTask;
        _log.Write(LogLevel.Information, "serving", ("places", string.Join(", ", server.Addresses)));
        await _log.FlushAsync().ConfigureAwait(false); // what was said before stands before "ready"
        notifier.Ready(serving);
        ready(server.Addresses);

        await Rounds(clock, readiness).RunAsync(stop).ConfigureAwait(false);
        notifier.Stopping("waiting for requests to end");
        _log.Write(LogLevel.Information, "stopping");
        await watchdog.ConfigureAwait(false);
        await server.StopAsync().ConfigureAwait(false);
        await parts.Floods.FlushAsync(parts.Store, all: true, CancellationToken.None).ConfigureAwait(false);
    }

    private BrokerRounds Rounds(ClockWatch clock, Readiness readiness)
    {
        var certificates = WatchedCertificate.Of(identity, authority);
        var gauges = new BrokerGauges(telemetry.Meter.Meter, parts.Time, certificates, clock, readiness, () => _log.Dropped);
        var expiry = new ExpiryWarnings(certificates, parts.Time, (name, when) => _log.Write(LogLevel.Warning, "certificate-expiry", ("certificate", name), ("message", when)));
        var figures = telemetry.IsMeasured ? new FigureReader(parts, AuditWriter.Of(parts.Settings.DataFolder)) : null;
        return new BrokerRounds(parts, clock, expiry, figures is null ? null : (figures, gauges), _log);
    }

    private void Tell(string check, string? problem)
    {
        if (problem is null) _log.Write(LogLevel.Information, "ready-again", ("check", check));
        else _log.Write(LogLevel.Warning, "not-ready", ("check", check), ("message", problem));
    }

    // On a thread of its own: whoever waits for READY=1 (sd_notify(3)) finds everything read when it comes.
    private void Reload(string serving, CancellationToken stop)
    {
        notifier.Reloading();
        var failed = new List<string>();
        Try(() => (identity as GivenIdentity)?.Reload(), identity is GivenIdentity ? "the certificate was read again" : "there is no certificate of --tls-cert to read again", "the old certificate is in use", failed);
        if (access is not null) Try(() => access.ReloadAsync(stop).GetAwaiter().GetResult(), $"{access.File} was read anew", $"{access.File} was not taken, what was read before still counts", failed);
        notifier.Ready(failed.Count == 0 ? serving : $"{serving}; the last reload failed: {string.Join("; ", failed)}");
    }

    private void Try(Action reload, string done, string otherwise, List<string> failed)
    {
        try
        {
            reload();
            _log.Write(LogLevel.Information, "reloaded", ("message", done));
        }
        catch (Exception e) when (e is CofferException or OperationCanceledException)
        {
            failed.Add(otherwise);
            _log.Write(LogLevel.Error, "reload-failed", ("message", $"{otherwise}: {Printable.Of(e.Message)}"));
        }
    }
}
