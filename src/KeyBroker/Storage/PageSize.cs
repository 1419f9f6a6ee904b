namespace Coffer.KeyBroker.Storage;

/// <summary>How many records to ask for at once on a walk over a collection, so that a page has a few MiB whatever size they have. For one walk.</summary>
internal sealed class PageSize
{
    private const int MostBytes = 4 * 1024 * 1024;
    private const int Least = 1;
    private const int Most = 256;

    /// <summary>Ask for so many.</summary>
    public int Records { get; private set; } = 8;

    /// <summary>Learns from a page: the next has as many records as should fit, at most four times as many as this one.</summary>
    public void Saw(IReadOnlyList<StoredRecord> page)
    {
        if (page.Count == 0) return;
        var average = Math.Max(1, page.Sum(r => (long)r.Value.Length) / page.Count);
        Records = (int)Math.Clamp(Math.Min(MostBytes / average, 4L * Records), Least, Most);
    }
}
