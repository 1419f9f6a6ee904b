using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>Where all chains of a store end.</summary>
internal static class AuditHeads
{
    private const int Page = 100;

    /// <summary>All heads, each authenticated.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="ring">Root keys, of which each head names its own.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one was changed.</exception>
    public static async ValueTask<SortedDictionary<string, AuditHead>> ReadAsync(IStoreReader store, KeyRing ring)
    {
        var heads = new SortedDictionary<string, AuditHead>(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            var page = await store.ListAsync(Collections.AuditHeads, "", after, Page).ConfigureAwait(false);
            foreach (var record in page)
            {
                heads[record.Key] = AuditHead.Open(record.Key, record.Value, ring) ?? throw AuditBreak.OfHead(record.Key, "was changed, or written under another root key");
            }
            if (page.Count < Page) return heads;
            after = page[^1].Key;
        }
    }
}
