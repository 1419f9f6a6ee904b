using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Resources;

/// <summary>Keys and other resources, each sealed under the root key and bound to its path. Works within the caller's transaction.</summary>
/// <param name="sealer">Seals and opens; the caller disposes it.</param>
internal sealed class ResourceShelf(RecordSealer sealer)
{
    /// <summary>The largest resource, in bytes: 1 MiB.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Puts a resource, in place of the one that was there.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: larger than <see cref="MostBytes"/>.</exception>
    public ValueTask PutAsync(IStoreWriter store, ResourcePath path, ReadOnlySpan<byte> value) => store.PutAsync(Collections.Resources, path.ToString(), Seal(path, value));

    /// <summary>The resource, which the caller disposes; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: what is stored does not verify.</exception>
    public async ValueTask<SecretBytes?> FindAsync(IStoreReader store, ResourcePath path) =>
        await store.FindAsync(Collections.Resources, path.ToString()).ConfigureAwait(false) is { } record ? sealer.Open(Collections.Resources, path.ToString(), record.Value) : null;

    /// <summary>Paths with the sizes of their resources in bytes, in ordinal order.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="prefix">Only paths that begin so; empty for all.</param>
    /// <param name="after">Only paths behind this one; null for the first page.</param>
    /// <param name="most">At most so many.</param>
    public static async ValueTask<IReadOnlyList<(string Path, int Bytes)>> ListAsync(IStoreReader store, string prefix, string? after, int most)
    {
        const int page = 32; // values come along, and each may be of the largest size
        var found = new List<(string, int)>();
        while (found.Count < most)
        {
            var asked = Math.Min(page, most - found.Count);
            var records = await store.ListAsync(Collections.Resources, prefix, after, asked).ConfigureAwait(false);
            found.AddRange(records.Select(r => (r.Key, Math.Max(0, r.Value.Length - RecordSealer.Overhead))));
            if (records.Count < asked) break;
            after = records[^1].Key;
        }
        return found;
    }

    /// <summary>Removes a resource; false where there was none.</summary>
    public static ValueTask<bool> DeleteAsync(IStoreWriter store, ResourcePath path) => store.DeleteAsync(Collections.Resources, path.ToString());

    private byte[] Seal(ResourcePath path, ReadOnlySpan<byte> value)
    {
        if (value.Length > MostBytes) throw new BrokerException(BrokerFault.BadRequest, $"the resource {path} has {value.Length} bytes, more than the {MostBytes} allowed");
        return sealer.Seal(Collections.Resources, path.ToString(), value);
    }
}
