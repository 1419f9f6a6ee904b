using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Resources;

/// <summary>Lists resources by path, without their contents.</summary>
internal static class ResourceList
{
    private const int Page = 500;

    /// <summary>Resources in ordinal order of their paths.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="search">Which.</param>
    /// <param name="after">Only paths behind this one; null for the first page.</param>
    /// <param name="most">At most so many.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: a record is damaged.</exception>
    public static async ValueTask<IReadOnlyList<ResourceHead>> ReadAsync(IStoreReader store, ResourceSearch search, string? after, int most)
    {
        var found = new List<ResourceHead>();
        await foreach (var head in MergeAsync(HeadsAsync(store, search.Prefix, after), UnversionedResources.ListAsync(store, search.Prefix, after)).ConfigureAwait(false))
        {
            if (!search.Finds(head)) continue;
            found.Add(head);
            if (found.Count == most) break;
        }
        return found;
    }

    /// <summary>Resources that were deleted, in ordinal order of their paths.</summary>
    public static async ValueTask<IReadOnlyList<(string Path, ResourceTombstone Tombstone)>> ReadTombstonesAsync(
        IStoreReader store, string prefix, Func<ResourcePath, bool> reaches, string? after, int most)
    {
        var found = new List<(string, ResourceTombstone)>();
        while (true)
        {
            var records = await store.ListAsync(Collections.ResourceTombstones, prefix, after, Page).ConfigureAwait(false);
            found.AddRange(records.Where(r => reaches(ResourcePath.Parse(r.Key))).Take(most - found.Count).Select(r => (r.Key, ResourceTombstone.Read(r.Value))));
            if (records.Count < Page || found.Count == most) return found;
            after = records[^1].Key;
        }
    }

    private static async IAsyncEnumerable<ResourceHead> HeadsAsync(IStoreReader store, string prefix, string? after)
    {
        while (true)
        {
            var records = await store.ListAsync(Collections.ResourceHeads, prefix, after, Page).ConfigureAwait(false);
            foreach (var record in records) yield return ResourceHeadRecord.Read(record.Key, record.Value);
            if (records.Count < Page) yield break;
            after = records[^1].Key;
        }
    }

    // No path stands in both: a resource leaves the one for the other in one transaction.
    private static async IAsyncEnumerable<ResourceHead> MergeAsync(IAsyncEnumerable<ResourceHead> first, IAsyncEnumerable<ResourceHead> second)
    {
        var (a, b) = (first.GetAsyncEnumerator(), second.GetAsyncEnumerator());
        await using var _ = a.ConfigureAwait(false);
        await using var __ = b.ConfigureAwait(false);
        var (hasA, hasB) = (await a.MoveNextAsync().ConfigureAwait(false), await b.MoveNextAsync().ConfigureAwait(false));
        while (hasA || hasB)
        {
            var takesA = hasA && (!hasB || string.CompareOrdinal(a.Current.Path.ToString(), b.Current.Path.ToString()) < 0);
            yield return takesA ? a.Current : b.Current;
            if (takesA) hasA = await a.MoveNextAsync().ConfigureAwait(false);
            else hasB = await b.MoveNextAsync().ConfigureAwait(false);
        }
    }
}
