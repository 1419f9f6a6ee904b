using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Trials;

/// <summary>Finds the last decisions of policies in the audit.</summary>
internal static class PastDecisions
{
    /// <summary>How many may be asked for.</summary>
    public const int Most = 10_000;

    private const int Page = 100; // entries may be large
    private const int MostScanned = 200_000; // entries of a chain that are looked at, most of them something else
    private const int MostChains = 1000;

    /// <summary>Hands the last decisions of each chain to <paramref name="see"/>, the newest of a chain first; each chain's, since only together they are the last of all.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="count">So many of each chain.</param>
    /// <param name="about">Only those about resources that it covers; null for all.</param>
    /// <param name="see">Keeps what it needs: entries are not held.</param>
    /// <returns>Whether a chain was looked at to its beginning or to enough decisions; false where the search was given up before.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: an entry cannot be read.</exception>
    public static async ValueTask<bool> LastAsync(IStoreReader store, int count, Glob? about, Func<PastDecision, ValueTask> see)
    {
        var whole = true;
        foreach (var chain in await store.ListAsync(Collections.AuditHeads, "", null, MostChains).ConfigureAwait(false))
        {
            whole &= await LastOfAsync(store, chain.Key, count, about, see).ConfigureAwait(false);
        }
        return whole;
    }

    private static async ValueTask<bool> LastOfAsync(IStoreReader store, string writer, int count, Glob? about, Func<PastDecision, ValueTask> see)
    {
        string? after = null;
        var found = 0;
        for (var scanned = 0; scanned < MostScanned; scanned += Page)
        {
            var records = await store.ListAsync(Collections.Audit, writer + '/', after, Page, descending: true).ConfigureAwait(false);
            foreach (var record in records)
            {
                after = record.Key;
                // Most entries are something else, and a glance tells.
                if (record.Value.AsSpan().IndexOf(PastDecision.ActionBytes) < 0) continue;
                var entry = AuditCodec.Read(writer, record.Value) ?? throw AuditBreak.OfChain(writer, $"has an entry that cannot be read: {Printable.Of(record.Key)}");
                if (PastDecision.Of(entry) is not { } decision || (about is not null && (ResourcePath.TryParse(decision.Resource) is not { } path || !about.Matches(path)))) continue;
                await see(decision).ConfigureAwait(false);
                if (++found == count) return true;
            }
            if (records.Count < Page) return true;
        }
        return false;
    }
}
