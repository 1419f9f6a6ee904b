using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>
/// The chain of one broker. Each entry names the hash of the one before it; the head says where the chain ends, authenticated under a key
/// derived from the root key and moved in the same transaction: an entry that was changed, left out, inserted or cut off at the end shows.
/// </summary>
internal sealed class AuditLog : IAuditLog, IDisposable
{
    internal const string HeadPurpose = "audit-head";

    private readonly string _writer;
    private readonly TimeProvider _clock;
    private readonly SecretBytes _headKey;

    /// <param name="writer">The chain, from <see cref="AuditWriter.Of"/>.</param>
    /// <param name="rootKey">Gives the head's key; not kept.</param>
    /// <param name="clock">Dates the entries.</param>
    /// <exception cref="ArgumentException">The writer is none.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the root key cannot be used.</exception>
    public AuditLog(string writer, IRootKey rootKey, TimeProvider clock)
    {
        if (!AuditWriter.IsId(writer)) throw new ArgumentException("no writer's id", nameof(writer));
        _writer = writer;
        _clock = clock;
        _headKey = rootKey.Derive(HeadPurpose);
    }

    /// <inheritdoc/>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: the chain's head was changed, so that nothing can be put behind it.</exception>
    public async ValueTask AppendAsync(IStoreWriter store, AuditEvent entry)
    {
        var bounded = AuditCodec.Bound(entry);
        var head = await HeadAsync(store).ConfigureAwait(false);
        var written = new AuditEntry(_writer, (head?.Sequence ?? 0) + 1, _clock.GetUtcNow(), bounded, head?.Hash ?? AuditCodec.Beginning(_writer));
        var bytes = AuditCodec.Write(written);
        if (!await store.AddAsync(Collections.Audit, written.Cursor, bytes).ConfigureAwait(false)) throw AuditBreak.At(_writer, written.Sequence, "stands behind the head");
        await store.PutAsync(Collections.AuditRequests, AuditKeys.Request(bounded.RequestId, _writer, written.Sequence), ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        await store.PutAsync(Collections.AuditHeads, _writer, new AuditHead(_writer, written.Sequence, AuditCodec.Hash(bytes)).Seal(_headKey)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _headKey.Dispose();

    private async ValueTask<AuditHead?> HeadAsync(IStoreReader store)
    {
        if (await store.FindAsync(Collections.AuditHeads, _writer).ConfigureAwait(false) is not { } record) return null;
        return AuditHead.Open(_writer, record.Value, _headKey) ?? throw AuditBreak.OfHead(_writer, "was changed, or written under another root key");
    }
}
