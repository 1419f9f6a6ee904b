namespace Coffer.KeyBroker.Limits;

/// <summary>
/// How many sessions each holds that were opened here, as long as those live, so that nobody has all there may be. In bounded memory: where there are too
/// many who hold some, whoever is new shares a count with all others who are. Safe for many calls at once.
/// </summary>
/// <param name="mostOfOne">How many one may hold.</param>
/// <param name="lifetime">How long each lives.</param>
/// <param name="time">The clock; only its timestamps count, so that setting it changes nothing.</param>
/// <param name="most">How many holders are told apart.</param>
internal sealed class HeldSessions(int mostOfOne, TimeSpan lifetime, TimeProvider time, int most = HeldSessions.UsualMost)
{
    public const int UsualMost = 16_384;

    private const string Others = ""; // nobody's key
    private readonly Lock _turn = new();
    private readonly Dictionary<string, Queue<long>> _opened = []; // when, the oldest first
    private long _swept = long.MinValue;

    /// <summary>Counts one more.</summary>
    /// <param name="key">Whose; not empty.</param>
    /// <returns>Null where there is room; otherwise in how many seconds there is, at least 1.</returns>
    public int? Take(string key)
    {
        var now = time.GetTimestamp();
        lock (_turn)
        {
            if (!_opened.ContainsKey(key) && _opened.Count >= most)
            {
                Sweep(now);
                if (_opened.Count >= most) key = Others;
            }
            if (!_opened.TryGetValue(key, out var held)) _opened[key] = held = new Queue<long>();
            Drop(held, now);
            if (held.Count >= mostOfOne) return Math.Max(1, (int)Math.Ceiling((lifetime - time.GetElapsedTime(held.Peek(), now)).TotalSeconds));
            held.Enqueue(now);
            return null;
        }
    }

    // At most once a second, as for those who come from ever new addresses.
    private void Sweep(long now)
    {
        if (_swept != long.MinValue && time.GetElapsedTime(_swept, now) < TimeSpan.FromSeconds(1)) return;
        _swept = now;
        foreach (var (key, held) in _opened.ToList())
        {
            Drop(held, now);
            if (held.Count == 0) _opened.Remove(key);
        }
    }

    private void Drop(Queue<long> held, long now)
    {
        while (held.TryPeek(out var at) && time.GetElapsedTime(at, now) >= lifetime) held.Dequeue();
    }
}
