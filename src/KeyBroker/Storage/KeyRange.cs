namespace Coffer.KeyBroker.Storage;

/// <summary>The keys of one page of a list as one range of bytes, which an index enters and leaves at its bounds.</summary>
internal readonly struct KeyRange
{
    /// <param name="prefix">Keys begin so.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="descending">The greatest first.</param>
    /// <exception cref="ArgumentException">One of them cannot be a key or its beginning.</exception>
    public KeyRange(string prefix, string? after, bool descending)
    {
        From = RecordLimits.Bound(prefix);
        Until = Behind(From);
        if (after is null) return;
        var cursor = RecordLimits.Bound(after);
        if (descending && cursor.AsSpan().SequenceCompareTo(Until) < 0) Until = cursor;
        else if (!descending && cursor.AsSpan().SequenceCompareTo(From) >= 0) From = [.. cursor, 0]; // the least that is greater
    }

    /// <summary>The least key.</summary>
    public byte[] From { get; }

    /// <summary>The first key that is too great.</summary>
    public byte[] Until { get; }

    // UTF-8 has no byte 0xff: as a key it is behind everything, and no last byte of a prefix overflows.
    private static byte[] Behind(byte[] prefix)
    {
        if (prefix.Length == 0) return [0xff];
        byte[] end = [.. prefix];
        end[^1]++;
        return end;
    }
}
