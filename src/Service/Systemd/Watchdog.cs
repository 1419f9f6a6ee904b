using System.Globalization;

namespace Coffer.Service.Systemd;

/// <summary>
/// Keeps systemd's watchdog content (WATCHDOG_USEC, sd_watchdog_enabled(3)) while the daemon really serves: twice in each period
/// it asks itself over its own socket, and a probe that fails is not reported as life.
/// </summary>
internal sealed class Watchdog(ServiceNotifier notifier, Func<CancellationToken, Task<string?>> probe, Action<string> warn, TimeProvider time)
{
    /// <summary>The time within which systemd wants to hear from this process; null where it does not.</summary>
    public static TimeSpan? Period(Func<string, string?> variable)
    {
        if (variable("WATCHDOG_PID") is { } pid && pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        using var ticks = new PeriodicTimer(period / 2, time);
        try
        {
            do
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(period / 4);
                if (await probe(limit.Token).ConfigureAwait(false) is not { } problem) notifier.KeepAlive();
                else if (!cancellationToken.IsCancellationRequested) warn($"the daemon does not answer itself: {problem}; systemd's watchdog is not told that it lives");
            }
            while (await ticks.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }
}
