using System.Diagnostics.CodeAnalysis;

namespace Coffer.KeyBroker.Caches;

/// <summary>
/// What was used lately, for what can be had again without it. Kept in two halves, of which the older one goes as a whole when the recent
/// one is full: whatever was used since stays. Safe for many calls at once.
/// </summary>
/// <param name="most">How many each half holds.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly Lock _turn = new();
    private Dictionary<TKey, TValue> _recent = [], _older = [];

    /// <summary>Finds a value, which counts as used.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_turn)
        {
            if (_recent.TryGetValue(key, out value)) return true;
            if (!_older.TryGetValue(key, out value)) return false;
            Put(key, value);
            return true;
        }
    }

    /// <summary>Keeps a value in place of the one that was there.</summary>
    public void Keep(TKey key, TValue value)
    {
        lock (_turn) Put(key, value);
    }

    /// <summary>The value that was kept first under a key: that of somebody else, or this one.</summary>
    public TValue GetOrKeep(TKey key, TValue value)
    {
        lock (_turn)
        {
            if (_recent.TryGetValue(key, out var known)) return known;
            if (!_older.TryGetValue(key, out known)) known = value;
            Put(key, known);
            return known;
        }
    }

    private void Put(TKey key, TValue value)
    {
        if (_recent.Count >= most) (_older, _recent) = (_recent, []);
        _recent[key] = value;
    }
}
