namespace Coffer.KeyBroker.Storage;

/// <summary>Reads within one transaction, in which nothing changes but by itself.</summary>
internal interface IStoreReader
{
    /// <summary>The record of that key; null where there is none, or it has expired.</summary>
    ValueTask<StoredRecord?> FindAsync(string collection, string key);

    /// <summary>Records in the ordinal order of their keys (UTF-8 bytes), without those that have expired.</summary>
    /// <param name="collection">One of <see cref="Collections"/>.</param>
    /// <param name="prefix">Only keys that begin so; empty for all.</param>
    /// <param name="after">Only keys greater than this one; null for the first page.</param>
    /// <param name="most">At most so many: 1 to 10,000.</param>
    /// <param name="descending">The greatest first, and <paramref name="after"/> then means less than.</param>
    ValueTask<IReadOnlyList<StoredRecord>> ListAsync(string collection, string prefix, string? after, int most, bool descending = false);

    /// <summary>How many records there are that have not expired.</summary>
    ValueTask<long> CountAsync(string collection, string prefix = "");

    /// <summary>The clock of the store's machine; null where that is this one.</summary>
    ValueTask<DateTimeOffset?> ClockAsync();
}
