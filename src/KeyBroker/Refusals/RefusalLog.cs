using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Refusals;

/// <summary>
/// Puts refusals of people nobody knows into the audit, each with its reason; of a flood only the first of each minute, and then
/// one entry with the number of the others. So nobody without a credential can fill the store.
/// </summary>
internal sealed class RefusalLog(IBrokerStore store, IAuditLog audit, TimeProvider time)
{
    /// <summary>How many entries of their own there are in a minute.</summary>
    public const int Most = 60;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _began;
    private int _seen;
    private long _left;

    /// <summary>Puts one down, or counts it.</summary>
    public Task NoteAsync(AuditEvent entry, CancellationToken cancellationToken)
    {
        var (isOwn, left) = Count();
        return isOwn ? AppendAsync(left, entry, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Puts down the number of those that were only counted, as before the broker ends.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        long left;
        lock (_lock)
        {
            left = _left;
            _left = 0;
        }
        return left > 0 ? AppendAsync(left, null, cancellationToken) : Task.CompletedTask;
    }

    private (bool IsOwn, long Left) Count()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            long left = 0;
            if (now - _began >= Window)
            {
                (_began, _seen) = (now, 0);
                (left, _left) = (_left, 0);
            }
            if (++_seen <= Most) return (true, left);
            _left++;
            return (false, 0);
        }
    }

    private Task<bool> AppendAsync(long left, AuditEvent? entry, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        if (left > 0)
        {
            await audit.AppendAsync(s, new AuditEvent("-", "refusals.counted", AuditOutcome.Denied, $"{left} more refusals without an entry of their own: more than {Most} in a minute")).ConfigureAwait(false);
        }
        if (entry is not null) await audit.AppendAsync(s, entry).ConfigureAwait(false);
        return true;
    }, cancellationToken);
}
