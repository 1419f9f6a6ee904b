using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Resources;

/// <summary>Resources of a store from before there were versions. Each counts as a version 1.</summary>
/// <param name="sealer">Opens; the caller disposes it.</param>
internal sealed class UnversionedResources(RecordSealer sealer)
{
    private const int Page = 32; // contents come along, and each may be of the largest size

    /// <summary>The head that such a resource has.</summary>
    public static ResourceHead Head(ResourcePath path, int bytes) => new(path, 1, 1, [new ResourceVersion(1, bytes, null, null)]);

    /// <summary>Null where there is none.</summary>
    public static async ValueTask<ResourceHead?> FindAsync(IStoreReader store, ResourcePath path) =>
        await store.FindAsync(Collections.Resources, path.ToString()).ConfigureAwait(false) is { } record ? Of(record) : null;

    /// <summary>The content, which the caller disposes; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it does not verify.</exception>
    public async ValueTask<SecretBytes?> OpenAsync(IStoreReader store, ResourcePath path) =>
        await store.FindAsync(Collections.Resources, path.ToString()).ConfigureAwait(false) is { } record ? sealer.Open(Collections.Resources, path.ToString(), record.Value) : null;

    /// <summary>Removes it, once it stands elsewhere.</summary>
    public static ValueTask<bool> RemoveAsync(IStoreWriter store, ResourcePath path) => store.DeleteAsync(Collections.Resources, path.ToString());

    /// <summary>All whose paths begin so, in ordinal order.</summary>
    public static async IAsyncEnumerable<ResourceHead> ListAsync(IStoreReader store, string prefix, string? after)
    {
        while (true)
        {
            var records = await store.ListAsync(Collections.Resources, prefix, after, Page).ConfigureAwait(false);
            foreach (var record in records) yield return Of(record);
            if (records.Count < Page) yield break;
            after = records[^1].Key;
        }
    }

    private static ResourceHead Of(StoredRecord record) => Head(ResourcePath.Parse(record.Key), Math.Max(0, record.Value.Length - RecordSealer.Overhead));
}
