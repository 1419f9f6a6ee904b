using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Sessions;

/// <summary>
/// About how many sessions there are. Counting a hundred thousand records for each new one would take longer than all else it needs, so they
/// are counted every few seconds, and those that this broker opened since are added; what other brokers opened meanwhile shows at the next
/// count. Safe for many calls at once.
/// </summary>
internal sealed class SessionCount(TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private long _known, _counted;
    private bool _isCounted;

    /// <summary>How many there are with one more.</summary>
    public async ValueTask<long> NextAsync(IStoreReader store)
    {
        if (!Volatile.Read(ref _isCounted) || time.GetElapsedTime(Volatile.Read(ref _counted)) >= Fresh)
        {
            Volatile.Write(ref _known, await store.CountAsync(Collections.Sessions).ConfigureAwait(false));
            Volatile.Write(ref _counted, time.GetTimestamp());
            Volatile.Write(ref _isCounted, true);
        }
        return Interlocked.Increment(ref _known);
    }
}
