using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.References;

/// <summary>Keeps reference sets. Works within the caller's transaction.</summary>
internal static class ReferenceShelf
{
    private const int MostSets = 1000;

    /// <summary>Puts a set, in place of the one that was there.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="name">Which; the document's own name has to be the same.</param>
    /// <param name="document">JSON, at most 1 MiB.</param>
    /// <exception cref="InvalidDocumentException">The document is not of its form.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: another name. <see cref="BrokerFault.TooMany"/>: there are 1000 sets.</exception>
    public static async ValueTask<ReferenceSet> PutAsync(IStoreWriter store, string name, ReadOnlyMemory<byte> document)
    {
        var set = ReferenceReader.Read(document);
        if (set.Name != name) throw new BrokerException(BrokerFault.BadRequest, $"the reference set calls itself {Printable.Of(set.Name)}, and was put as {Printable.Of(name)}");
        if (await store.FindAsync(Collections.References, name).ConfigureAwait(false) is null && await store.CountAsync(Collections.References).ConfigureAwait(false) >= MostSets)
        {
            throw new BrokerException(BrokerFault.TooMany, $"there are {MostSets} reference sets, as many as there may be", "delete those that have expired");
        }
        await store.PutAsync(Collections.References, name, document).ConfigureAwait(false);
        await PolicyPlaces.ChangeMarkAsync(store).ConfigureAwait(false);
        return set;
    }

    /// <summary>The set, also where it has expired; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it cannot be read.</exception>
    public static async ValueTask<ReferenceSet?> FindAsync(IStoreReader store, string name) =>
        PolicyLimits.IsName(name) && await store.FindAsync(Collections.References, name).ConfigureAwait(false) is { } record ? Read(record) : null;

    /// <summary>The document as it was put; null where there is none.</summary>
    public static async ValueTask<JsonObject?> FindDocumentAsync(IStoreReader store, string name)
    {
        if (!PolicyLimits.IsName(name) || await store.FindAsync(Collections.References, name).ConfigureAwait(false) is not { } record) return null;
        _ = Read(record);
        return (JsonObject?)JsonNode.Parse(record.Value);
    }

    /// <summary>Sets by name.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="after">Only names behind this one; null for the first page.</param>
    /// <param name="most">At most so many.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one cannot be read.</exception>
    public static async ValueTask<IReadOnlyList<ReferenceSet>> ListAsync(IStoreReader store, string? after = null, int most = 100) =>
        [.. (await store.ListAsync(Collections.References, "", after, most).ConfigureAwait(false)).Select(Read)];

    /// <summary>Removes a set; false where there was none.</summary>
    public static async ValueTask<bool> DeleteAsync(IStoreWriter store, string name)
    {
        if (!PolicyLimits.IsName(name) || !await store.DeleteAsync(Collections.References, name).ConfigureAwait(false)) return false;
        await PolicyPlaces.ChangeMarkAsync(store).ConfigureAwait(false);
        return true;
    }

    private static ReferenceSet Read(StoredRecord record)
    {
        try
        {
            return ReferenceReader.Read(record.Value);
        }
        catch (InvalidDocumentException e)
        {
            throw new BrokerException(BrokerFault.Internal, $"the stored reference set {Printable.Of(record.Key)} cannot be read", "put it anew", e, ExitStatus.Integrity);
        }
    }
}
