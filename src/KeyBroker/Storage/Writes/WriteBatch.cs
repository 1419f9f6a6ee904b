using System.Diagnostics;

namespace Coffer.KeyBroker.Storage.Writes;

/// <summary>Writes that share one durable commit. Whoever runs them asks for one after the other, so that those that come meanwhile still fit in.</summary>
internal sealed class WriteBatch
{
    private const int Most = 256;
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20); // the first caller does not wait for ever more of the others

    private readonly Func<QueuedWrite?> _more;
    private readonly List<QueuedWrite> _taken;
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _next;
    private bool _isClosed;

    /// <param name="first">What it begins with.</param>
    /// <param name="more">The next that waits, or null.</param>
    public WriteBatch(QueuedWrite first, Func<QueuedWrite?> more) => (_taken, _more) = ([first], more);

    private WriteBatch(QueuedWrite only) => (_taken, _more, _isClosed) = ([only], static () => null, true);

    /// <summary>How many it has so far.</summary>
    public int Count => _taken.Count;

    /// <summary>The next write to be run, of those that wait now; null where there is none or the batch is full.</summary>
    public QueuedWrite? Next()
    {
        if (_next < _taken.Count) return _taken[_next++];
        if (_isClosed || _taken.Count == Most || Stopwatch.GetElapsedTime(_began) > Longest || _more() is not { } write) return null;
        _taken.Add(write);
        _next++;
        return write;
    }

    /// <summary>The same, after all had their turn who want to write and wait for a processor alone: they still fit in, and share the commit.</summary>
    public async ValueTask<QueuedWrite?> NextAsync()
    {
        if (Next() is { } write) return write;
        if (_isClosed) return null;
        await Task.Yield();
        return Next();
    }

    /// <summary>
    /// Takes all that wait now, and nothing later: for an engine whose transaction sees a snapshot. A write that was asked for after that
    /// was taken has to see what other brokers acknowledged meanwhile.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        if (!_isClosed) await Task.Yield(); // as in NextAsync
        while (!_isClosed && _taken.Count < Most && _more() is { } write) _taken.Add(write);
        _isClosed = true;
    }

    /// <summary>Begins anew with the same writes, and no others.</summary>
    public void Rewind() => (_next, _isClosed) = (0, true);

    /// <summary>Each write as a batch of its own: where one of them is too much for the engine, the others are not.</summary>
    public IEnumerable<WriteBatch> Alone() => _taken.Select(w => new WriteBatch(w));

    /// <summary>All of it is on the disk: tells the callers.</summary>
    public void Acknowledge()
    {
        foreach (var write in _taken) write.Acknowledge();
    }

    /// <summary>Nothing came of it: tells the callers.</summary>
    public void Fail(Exception error)
    {
        foreach (var write in _taken) write.Fail(error);
    }
}
