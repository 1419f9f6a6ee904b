namespace Coffer.KeyBroker.Limits;

/// <summary>
/// A token bucket for each of those who ask, in bounded memory. Buckets that are full again say nothing and are dropped when room is needed; if
/// there are none, whoever is new shares one bucket with all others who are. Safe for many calls at once.
/// </summary>
/// <param name="rule">How fast a bucket fills, and how much it holds.</param>
/// <param name="time">The clock; only its timestamps count, so that setting it changes nothing.</param>
/// <param name="most">How many buckets are kept.</param>
internal sealed class TokenBuckets(RateRule rule, TimeProvider time, int most = TokenBuckets.UsualMost)
{
    /// <summary>About 2 MiB where all are in use.</summary>
    public const int UsualMost = 16_384;

    private const string Others = ""; // nobody's key
    private readonly Lock _turn = new();
    private readonly Dictionary<string, Bucket> _buckets = [];
    private long _swept = long.MinValue;

    /// <summary>Takes one.</summary>
    /// <param name="key">Who asks; not empty.</param>
    /// <returns>Null where there was one; otherwise how many seconds it takes until there is, at least 1.</returns>
    public int? Take(string key)
    {
        var now = time.GetTimestamp();
        lock (_turn)
        {
            if (!_buckets.TryGetValue(key, out var bucket))
            {
                if (_buckets.Count >= most) Sweep(now);
                if (_buckets.Count >= most) key = Others;
                bucket = _buckets.GetValueOrDefault(key, new Bucket(rule.Burst, now));
            }
            var level = Level(bucket, now);
            if (level < 1) return Math.Max(1, (int)Math.Ceiling((1 - level) / rule.PerSecond));
            _buckets[key] = new Bucket(level - 1, now);
            return null;
        }
    }

    // At most once a second: somebody who comes from ever new addresses must not have all of them looked at each time.
    private void Sweep(long now)
    {
        if (_swept != long.MinValue && time.GetElapsedTime(_swept, now) < TimeSpan.FromSeconds(1)) return;
        _swept = now;
        foreach (var (key, bucket) in _buckets.ToList())
        {
            if (Level(bucket, now) >= rule.Burst) _buckets.Remove(key);
        }
    }

    private double Level(Bucket bucket, long now) => Math.Min(rule.Burst, bucket.Level + (Math.Max(0, time.GetElapsedTime(bucket.At, now).TotalSeconds) * rule.PerSecond));

    private readonly record struct Bucket(double Level, long At);
}
