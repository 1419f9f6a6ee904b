using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Sessions;

/// <summary>
/// About how many sessions there are: counted in the store once in a while, and those that were opened here since. A count in each
/// transaction would read all sessions for each new one, and make every two replicas that open one conflict.
/// </summary>
internal sealed class SessionCount(IBrokerStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200); // between looks while there are too many

    private readonly Lock _turn = new();
    private long _counted;
    private long _opened;
    private long? _read;

    /// <summary>Counts one more, if there is room below the bound.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public async Task<bool> TryAddAsync(int most, CancellationToken cancellationToken)
    {
        if (IsDue(most))
        {
            var counted = await store.ReadAsync(r => r.CountAsync(Collections.Sessions), cancellationToken).ConfigureAwait(false);
            lock (_turn) (_counted, _opened) = (counted, 0);
        }
        lock (_turn)
        {
            if (_counted + _opened >= most) return false;
            _opened++;
            return true;
        }
    }

    // Of many who come at once, the first looks.
    private bool IsDue(int most)
    {
        lock (_turn)
        {
            if (_read is { } read && time.GetElapsedTime(read) < (_counted + _opened >= most ? Pause : Fresh)) return false;
            _read = time.GetTimestamp();
            return true;
        }
    }
}
