using System.Globalization;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>
/// For failures that anybody can cause without a credential: of one action the first few in a minute are written, the others counted, and
/// their number written when the minute is over. Nobody can fill the audit with them. Safe for many calls at once.
/// </summary>
internal sealed class FloodGate
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Minute> _minutes = []; // by action: as many as we have
    private readonly IAuditLog _log;
    private readonly TimeProvider _clock;
    private readonly int _most;

    /// <param name="log">Gets what is written.</param>
    /// <param name="clock">Says when a minute is over.</param>
    /// <param name="most">How many of one action are written in a minute.</param>
    public FloodGate(IAuditLog log, TimeProvider clock, int most = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        _log = log;
        _clock = clock;
        _most = most;
    }

    /// <summary>Writes an entry in a transaction of its own, or counts it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public Task WriteAsync(IBrokerStore store, AuditEvent entry, CancellationToken cancellationToken) => WriteAllAsync(store, Pass(entry), cancellationToken);

    /// <summary>Writes the numbers of minutes that are over; to be called now and then, and at the end with <paramref name="all"/>.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="all">Also of minutes that are not over.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public Task FlushAsync(IBrokerStore store, bool all, CancellationToken cancellationToken)
    {
        var due = new List<AuditEvent>();
        lock (_lock)
        {
            foreach (var (action, minute) in _minutes.ToList())
            {
                if (!all && !IsOver(minute)) continue;
                _minutes.Remove(action);
                if (minute.Summary() is { } summary) due.Add(summary);
            }
        }
        return WriteAllAsync(store, due, cancellationToken);
    }

    // By the monotonic clock: one that is set back by hours must not make a minute last so long.
    private bool IsOver(Minute minute) => _clock.GetElapsedTime(minute.Timestamp) >= Window;

    private List<AuditEvent> Pass(AuditEvent entry)
    {
        var pass = new List<AuditEvent>();
        lock (_lock)
        {
            if (_minutes.TryGetValue(entry.Action, out var minute) && IsOver(minute))
            {
                if (minute.Summary() is { } summary) pass.Add(summary);
                minute = null;
            }
            _minutes[entry.Action] = minute ??= new Minute(_clock.GetUtcNow(), _clock.GetTimestamp());
            if (minute.Written < _most)
            {
                minute.Written++;
                pass.Add(entry);
            }
            else
            {
                minute.Count(entry);
            }
        }
        return pass;
    }

    private async Task WriteAllAsync(IBrokerStore store, List<AuditEvent> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0) return;
        await store.WriteAsync(
            async w =>
            {
                foreach (var entry in entries) await _log.AppendAsync(w, entry).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private sealed class Minute(DateTimeOffset began, long timestamp)
    {
        private AuditEvent? _last;
        private long _counted;

        public DateTimeOffset Began { get; } = began;

        public long Timestamp { get; } = timestamp;

        public int Written { get; set; }

        public void Count(AuditEvent entry)
        {
            _last = entry;
            _counted++;
        }

        public AuditEvent? Summary() => _last is null
            ? null
            : new AuditEvent(_last.RequestId, _last.Action, _last.Outcome, string.Create(
                CultureInfo.InvariantCulture, $"{_counted} more within a minute from {Began:HH:mm:ss} UTC, not written one by one; the last: {_last.Reason}"));
    }
}
