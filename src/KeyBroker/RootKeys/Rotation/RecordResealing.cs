using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Rotation;

/// <summary>Takes one record from an old generation of the root key to the one that is sealed under now.</summary>
/// <param name="ring">Knows both.</param>
/// <param name="sealer">Seals under it.</param>
internal sealed class RecordResealing(KeyRing ring, RecordSealer sealer)
{
    /// <summary>Whether a record is of an older generation than the present one.</summary>
    public bool IsOld(string collection, StoredRecord record)
    {
        var generation = GenerationOf(collection, record);
        return generation is { } id && id != ring.State.Sealing && ring.State.Keys.ContainsKey(id);
    }

    /// <summary>Seals it anew, with the expiry that it has.</summary>
    /// <exception cref="BrokerException">Exit status 4: it does not verify.</exception>
    public async ValueTask ResealAsync(IStoreWriter store, string collection, StoredRecord record)
    {
        if (collection == Collections.AuditHeads)
        {
            var head = AuditHead.Open(record.Key, record.Value, ring) ?? throw AuditBreak.OfHead(record.Key, "was changed");
            await store.PutAsync(collection, record.Key, head.Seal(ring), record.Expires).ConfigureAwait(false);
            return;
        }
        using var opened = sealer.Open(collection, record.Key, record.Value);
        await store.PutAsync(collection, record.Key, sealer.Seal(collection, record.Key, opened.Span), record.Expires).ConfigureAwait(false);
    }

    private static byte? GenerationOf(string collection, StoredRecord record) =>
        collection == Collections.AuditHeads ? AuditHead.GenerationOf(record.Value) : RecordSealer.GenerationOf(record.Value);
}
