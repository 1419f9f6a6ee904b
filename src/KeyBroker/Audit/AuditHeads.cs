using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>Where all chains of a store end.</summary>
internal static class AuditHeads
{
    private const int Page = 100;

    /// <summary>All heads, each authenticated.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="key">The heads' key.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one was changed.</exception>
    public static async ValueTask<SortedDictionary<string, AuditHead>> ReadAsync(IStoreReader store, SecretBytes key)
    {
        var heads = new SortedDictionary<string, AuditHead>(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            var page = await store.ListAsync(Collections.AuditHeads, "", after, Page).ConfigureAwait(false);
            foreach (var record in page)
            {
                heads[record.Key] = AuditHead.Open(record.Key, record.Value, key) ?? throw AuditBreak.OfHead(record.Key, "was changed, or written under another root key");
            }
            if (page.Count < Page) return heads;
            after = page[^1].Key;
        }
    }
}
