using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
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
    private readonly KeyRing _ring;
    private readonly KeyRing? _own;

    /// <param name="writer">The chain, from <see cref="AuditWriter.Of"/>.</param>
    /// <param name="rootKey">A root key alone, or the store's ring; stays the caller's.</param>
    /// <param name="clock">Dates the entries.</param>
    /// <exception cref="ArgumentException">The writer is none.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the root key cannot be used.</exception>
    public AuditLog(string writer, IRootKey rootKey, TimeProvider clock)
    {
        if (!AuditWriter.IsId(writer)) throw new ArgumentException("no writer's id", nameof(writer));
        _writer = writer;
        _clock = clock;
        _ring = KeyRing.Of(rootKey);
        _own = ReferenceEquals(_ring, rootKey) ? null : _ring;
    }

    /// <inheritdoc/>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: the chain's head was changed, so that nothing can be put behind it.</exception>
    public async ValueTask AppendAsync(IStoreWriter store, AuditEvent entry)
    {
        var bounded = AuditCodec.Bound(entry);
        var (head, generation) = await HeadAsync(store).ConfigureAwait(false);
        var written = new AuditEntry(_writer, (head?.Sequence ?? 0) + 1, _clock.GetUtcNow(), bounded, head?.Hash ?? AuditCodec.Beginning(_writer));
        var bytes = AuditCodec.Write(written);
        if (!await store.AddAsync(Collections.Audit, written.Cursor, bytes).ConfigureAwait(false)) throw AuditBreak.At(_writer, written.Sequence, "stands behind the head");
        await store.PutAsync(Collections.AuditRequests, AuditKeys.Request(bounded.RequestId, _writer, written.Sequence), ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        await store.PutAsync(Collections.AuditHeads, _writer, Seal(new AuditHead(_writer, written.Sequence, AuditCodec.Hash(bytes)), generation)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    // A head that is of the newest generation known here proves that there is no newer one, since a change of the root key takes all heads
    // along before it ends; any other case is looked at when the transaction ends.
    private byte[] Seal(AuditHead head, byte? generation) => generation is { } same && same == _ring.State.Sealing
        ? head.Seal(_ring.Key(same, HeadPurpose, () => AuditBreak.OfHead(_writer, "was changed")), same)
        : head.Seal(_ring);

    private async ValueTask<(AuditHead? Head, byte? Generation)> HeadAsync(IStoreReader store)
    {
        if (await store.FindAsync(Collections.AuditHeads, _writer).ConfigureAwait(false) is not { } record) return (null, null);
        var head = AuditHead.Open(_writer, record.Value, _ring) ?? throw AuditBreak.OfHead(_writer, "was changed, or written under another root key");
        return (head, AuditHead.GenerationOf(record.Value));
    }
}
