using Coffer.KeyBroker.Health;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.Tls;
using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyBroker.Hosting;

/// <summary>What a serving broker does every few seconds beside its requests.</summary>
/// <param name="parts">The broker's.</param>
/// <param name="clock">Looked at in every round.</param>
/// <param name="expiry">Looked at in every round.</param>
/// <param name="figures">Reads the gauges of the store, and where they are shown; null where nobody looks.</param>
/// <param name="log">Told of what fails.</param>
internal sealed class BrokerRounds(BrokerParts parts, ClockWatch clock, ExpiryWarnings expiry, (FigureReader Reader, BrokerGauges Gauges)? figures, LogWriter log)
{
    private const int RoundsBetweenFlushes = 2;
    private const int RoundsBetweenFigures = 3;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    /// <summary>Goes round until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Round, parts.Time);
        try
        {
            for (var round = 0; ; round++)
            {
                clock.Look();
                expiry.Look();
                if (figures is var (reader, gauges) && round % RoundsBetweenFigures == 0) await TryAsync("figures", async () => gauges.Show(await reader.ReadAsync(stop).ConfigureAwait(false))).ConfigureAwait(false);
                if (round % RoundsBetweenFlushes == 1) await KeepAsync(stop).ConfigureAwait(false);
                if (!await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) return;
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private async Task KeepAsync(CancellationToken stop)
    {
        await TryAsync("audit", () => parts.Floods.FlushAsync(parts.Store, all: false, stop)).ConfigureAwait(false);
        await TryAsync("checkpoint", () => parts.Checkpoints.MakeDueAsync(parts.Settings.CheckpointInterval, new RequestOrigin(RequestIds.Draw(), null), stop)).ConfigureAwait(false);
        await TryAsync("token-keys", () => parts.TokenKeys.RotateIfDueAsync(stop)).ConfigureAwait(false);
    }

    private async Task TryAsync(string what, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (BrokerException e)
        {
            log.Write(LogLevel.Warning, "store", ("work", what), ("message", e.Message));
        }
    }
}
