using System.Runtime.InteropServices;
using Coffer.Service.Systemd;

namespace Coffer.KeyProvider.Daemon;

/// <summary>A daemon's whole life in its own process: started, reported to whoever started it, reloaded on SIGHUP, drained when told to stop.</summary>
public static class DaemonRun
{
    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="parts">What to serve with.</param>
    /// <param name="ready">Called once calls are accepted.</param>
    /// <param name="stop">Cancelled by SIGTERM or SIGINT.</param>
    /// <exception cref="Oci.CofferException">It could not be started.</exception>
    public static async Task ServeAsync(DaemonParts parts, Action ready, CancellationToken stop)
    {
        using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), parts.Observer.Warning);
        var period = Watchdog.Period(Environment.GetEnvironmentVariable);
        var daemon = await KeyProviderDaemon.StartAsync(parts, stop).ConfigureAwait(false);
        await using var disposal = daemon.ConfigureAwait(false);
        var serving = $"serving on {string.Join(", ", daemon.Places)}";
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // otherwise it ends the process
            _ = ReloadAsync(daemon, notifier, serving, stop);
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watchdog = period is { } time && notifier.IsHeard
            ? new Watchdog(notifier, daemon.ProbeAsync, parts.Observer.Warning, TimeProvider.System).RunAsync(time, end.Token)
            : Task.CompletedTask;
        notifier.Ready(serving);
        ready();

        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        notifier.Stopping($"waiting for {parts.Load.RunningCalls + parts.Load.QueuedCalls} calls to end");
        await watchdog.ConfigureAwait(false);
        await daemon.StopAsync().ConfigureAwait(false);
    }

    private static async Task ReloadAsync(KeyProviderDaemon daemon, ServiceNotifier notifier, string serving, CancellationToken stop)
    {
        notifier.Reloading();
        try
        {
            var done = await daemon.ReloadAsync(stop).ConfigureAwait(false);
            notifier.Ready(done ? serving : $"{serving}; the last reload failed, the old configuration is in use");
        }
        catch (OperationCanceledException)
        {
            // Told to stop meanwhile.
        }
    }
}
