using Coffer.KeyProvider.Memory;

namespace Coffer.KeyProvider.Calls;

/// <summary>
/// Unwrapped options kept in locked memory for a short time, by their packet. Zeroed when their time is over (by a timer, not only
/// when somebody asks), when newer ones need the place, and on disposal. Never written anywhere.
/// </summary>
internal sealed class UnwrapCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PacketDigest, Entry> _entries = [];
    private readonly Queue<(PacketDigest Packet, Entry Entry)> _oldest = new(); // all live equally long, so the first is the next to expire
    private readonly TimeSpan _lifetime;
    private readonly int _most;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _disposed;

    /// <param name="lifetime">How long each is kept.</param>
    /// <param name="most">How many, at least one.</param>
    /// <param name="time">The clock.</param>
    public UnwrapCache(TimeSpan lifetime, int most, TimeProvider time)
    {
        (_lifetime, _most, _time) = (lifetime, most, time);
        _timer = time.CreateTimer(_ => Expire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many are kept just now.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    /// <summary>A copy that the caller zeroes, with the source that it came from; null where there is none.</summary>
    public (byte[] Options, string? Source)? Find(PacketDigest packet)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(packet, out var entry) || _time.GetElapsedTime(entry.Since) >= _lifetime) return null;
            using var kept = entry.Options.Open();
            var copy = GC.AllocateUninitializedArray<byte>(kept.Span.Length, pinned: true);
            kept.Span.CopyTo(copy);
            return (copy, entry.Source);
        }
    }

    /// <summary>Keeps a copy.</summary>
    public void Keep(PacketDigest packet, ReadOnlySpan<byte> options, string? source)
    {
        lock (_lock)
        {
            if (_disposed || _entries.ContainsKey(packet)) return;
            while (_entries.Count >= _most) Drop();
            LockedBytes copy;
            try
            {
                copy = new LockedBytes(options);
            }
            catch (InsufficientMemoryException)
            {
                return; // the caller's answer does not depend on it
            }
            var entry = new Entry(copy, source, _time.GetTimestamp());
            _entries.Add(packet, entry);
            _oldest.Enqueue((packet, entry));
            if (_oldest.Count == 1) _timer.Change(_lifetime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_oldest.Count > 0) Drop();
        }
        _timer.Dispose();
    }

    private void Expire()
    {
        lock (_lock)
        {
            while (_oldest.TryPeek(out var next))
            {
                var left = _lifetime - _time.GetElapsedTime(next.Entry.Since);
                if (left > TimeSpan.Zero)
                {
                    _timer.Change(left, Timeout.InfiniteTimeSpan);
                    return;
                }
                Drop();
            }
        }
    }

    private void Drop()
    {
        var (packet, entry) = _oldest.Dequeue();
        _entries.Remove(packet);
        entry.Options.Dispose();
    }

    private sealed record Entry(LockedBytes Options, string? Source, long Since);
}
