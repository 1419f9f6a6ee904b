using System.Diagnostics;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>A store whose transactions are measured and traced. What is inside is done by the one that it stands for, which stays its owner's.</summary>
internal sealed class ObservedStore(IBrokerStore store, BrokerMeter meter) : IBrokerStore
{
    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken) =>
        RunAsync("read", begin => store.ReadAsync(reader => { begin(); return work(reader); }, cancellationToken));

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken) =>
        RunAsync("write", begin => store.WriteAsync(writer => { begin(); return work(writer); }, cancellationToken));

    /// <summary>Nothing: the store within is not its own.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<T> RunAsync<T>(string operation, Func<Action, Task<T>> run)
    {
        var began = Stopwatch.GetTimestamp();
        var runs = 0;
        using var span = BrokerTraces.Store(operation);
        var ok = false;
        try
        {
            var done = await run(() =>
            {
                runs++;
                if (span is not null) Activity.Current = span; // the store may run it on a thread of its own
            }).ConfigureAwait(false);
            ok = true;
            return done;
        }
        catch (Exception e) when (e is not BrokerException { Fault: BrokerFault.Unavailable })
        {
            ok = true; // what the work itself refused; the store did its part
            throw;
        }
        finally
        {
            meter.Stored(operation, ok, runs, Stopwatch.GetElapsedTime(began));
            BrokerTraces.End(span, ok, runs);
        }
    }
}
