using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Policies;

/// <summary>Keeps policies: the present version of each, and every version there ever was. Works within the caller's transaction.</summary>
internal static class PolicyShelf
{
    private const int Page = 500;

    /// <summary>Puts a policy as its next version.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="name">Which; the document's own name has to be the same.</param>
    /// <param name="document">JSON, at most 64 KiB. Where it says a <c>version</c>, that has to be the present one: somebody else's change in between is not overwritten.</param>
    /// <param name="now">When.</param>
    /// <param name="actor">By whom; null where nobody is named.</param>
    /// <exception cref="InvalidDocumentException">The document is not of its form.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: another name. <see cref="BrokerFault.Conflict"/>: another version is present. <see cref="BrokerFault.TooMany"/>: there are as many policies as there may be, in all or about such resources.</exception>
    public static async ValueTask<StoredPolicy> PutAsync(IStoreWriter store, string name, ReadOnlyMemory<byte> document, DateTimeOffset now, string? actor)
    {
        var policy = PolicyReader.Read(document);
        if (policy.Name != name) throw new BrokerException(BrokerFault.BadRequest, $"the policy calls itself {Printable.Of(policy.Name)}, and was put as {Printable.Of(name)}");
        var record = await store.FindAsync(Collections.Policies, name).ConfigureAwait(false);
        var present = record is null ? null : PolicyRecord.Read(name, record);
        if (policy.Version is { } from && from != present?.Version) throw Conflict(name, from, present?.Version);
        if (present is null && await store.CountAsync(Collections.Policies).ConfigureAwait(false) >= PolicyLimits.MostPolicies)
        {
            throw new BrokerException(BrokerFault.TooMany, $"there are {PolicyLimits.MostPolicies} policies, as many as there may be", "delete some, or put several conditions into one");
        }
        var last = await VersionsAsync(store, name, 1).ConfigureAwait(false);
        var written = (JsonObject)JsonNode.Parse(document.Span)!;
        written.Remove("version");
        var put = new StoredPolicy(name, (last.Count == 0 ? 0 : last[0].Version) + 1, now, actor, written);
        _ = PolicyReader.Read(PolicyRecord.DocumentOf(put)); // written anew it may be longer, and what is stored must be readable
        var bytes = PolicyRecord.Write(put);
        if (!await store.AddAsync(Collections.PolicyVersions, Key(name, put.Version), bytes).ConfigureAwait(false)) throw Conflict(name, put.Version, null);
        await store.PutAsync(Collections.Policies, name, bytes).ConfigureAwait(false);
        await PolicyPlaces.MoveAsync(store, name, record is null ? [] : Globs(record), policy.Resources).ConfigureAwait(false);
        return put;
    }

    /// <summary>The present version; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it cannot be read.</exception>
    public static async ValueTask<StoredPolicy?> FindAsync(IStoreReader store, string name) =>
        PolicyLimits.IsName(name) && await store.FindAsync(Collections.Policies, name).ConfigureAwait(false) is { } record ? PolicyRecord.Read(name, record) : null;

    /// <summary>Present versions, by name.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="after">Only names behind this one; null for the first page.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="isSeen">Which to list; null for all.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one cannot be read.</exception>
    public static async ValueTask<IReadOnlyList<StoredPolicy>> ListAsync(IStoreReader store, string? after, int most, Func<StoredPolicy, bool>? isSeen = null)
    {
        var found = new List<StoredPolicy>();
        while (true)
        {
            var records = await store.ListAsync(Collections.Policies, "", after, Page).ConfigureAwait(false);
            found.AddRange(records.Select(r => PolicyRecord.Read(r.Key, r)).Where(p => isSeen is null || isSeen(p)).Take(most - found.Count));
            if (records.Count < Page || found.Count == most) return found;
            after = records[^1].Key;
        }
    }

    /// <summary>Versions of one policy, the newest first; also of one that was deleted.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one cannot be read.</exception>
    public static async ValueTask<IReadOnlyList<StoredPolicy>> VersionsAsync(IStoreReader store, string name, int most)
    {
        if (!PolicyLimits.IsName(name)) return [];
        return [.. (await store.ListAsync(Collections.PolicyVersions, name + '/', null, most, descending: true).ConfigureAwait(false)).Select(r => PolicyRecord.Read(name, r))];
    }

    /// <summary>Ends a policy; its versions stay. False where there was none.</summary>
    public static async ValueTask<bool> DeleteAsync(IStoreWriter store, string name)
    {
        if (!PolicyLimits.IsName(name) || await store.FindAsync(Collections.Policies, name).ConfigureAwait(false) is not { } present) return false;
        await PolicyPlaces.MoveAsync(store, name, Globs(present), []).ConfigureAwait(false);
        return await store.DeleteAsync(Collections.Policies, name).ConfigureAwait(false);
    }

    /// <summary>Puts the policies of a store from before places where they are found; nothing where that was done.</summary>
    public static Task EnsurePlacesAsync(IBrokerStore store, CancellationToken cancellationToken) => store.WriteAsync(
        async s =>
        {
            if (await PolicyPlaces.MarkAsync(s).ConfigureAwait(false) is not null) return false;
            // Stores from before had a thousand policies at most.
            foreach (var policy in await s.ListAsync(Collections.Policies, "", null, RecordLimits.MostListed).ConfigureAwait(false)) await PolicyPlaces.MoveAsync(s, policy.Key, [], Globs(policy)).ConfigureAwait(false);
            await PolicyPlaces.ChangeMarkAsync(s).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    // What cannot be read may deny anything, so it is found everywhere, and stops decisions until it is put anew or removed.
    private static IReadOnlyList<Glob> Globs(StoredRecord record)
    {
        try
        {
            return PolicyReader.Read(PolicyRecord.DocumentOf(PolicyRecord.Read(record.Key, record))).Resources;
        }
        catch (BrokerException)
        {
            return [Glob.Parse("**")];
        }
    }

    private static string Key(string name, long version) => name + '/' + version.ToString("D12", CultureInfo.InvariantCulture);

    private static BrokerException Conflict(string name, long from, long? present) => new(
        BrokerFault.Conflict, $"the policy {Printable.Of(name)} was made from version {from}, and {(present is { } there ? $"version {there} is present" : "no version is present")}", "look at what changed, or leave 'version' out");
}
