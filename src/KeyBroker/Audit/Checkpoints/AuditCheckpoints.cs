using System.Globalization;
using System.Text;
using Coffer.Jose;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit.Checkpoints;

/// <summary>
/// Signs now and then where all chains end, so that whoever has the public key can tell without the broker whether entries were changed,
/// left out or cut off since. Checkpoints name one another by their hash. Safe for many calls at once, and for several brokers of a store.
/// </summary>
/// <param name="store">Where they stand.</param>
/// <param name="rootKey">A root key alone, or the store's ring; authenticates heads: no head is signed that a broker did not write.</param>
/// <param name="sealer">Seals the signing key.</param>
/// <param name="audit">Is told of the signing key.</param>
/// <param name="time">Dates them.</param>
internal sealed class AuditCheckpoints(IBrokerStore store, IRootKey rootKey, RecordSealer sealer, IAuditLog audit, TimeProvider time)
{
    private readonly CheckpointKey _key = new(sealer, audit);

    /// <summary>Signs where the chains end now.</summary>
    /// <param name="origin">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The new checkpoint, or the last one where nothing was put into the audit since.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: a head or the key was changed. <see cref="BrokerFault.Unavailable"/>: store or root key cannot be used.</exception>
    public async Task<SignedCheckpoint> MakeAsync(RequestOrigin origin, CancellationToken cancellationToken)
    {
        var ring = KeyRing.Of(rootKey);
        using var own = ReferenceEquals(ring, rootKey) ? null : ring;
        return await store.WriteAsync(
            async s =>
            {
                using var key = await _key.EnsureAsync(s, origin).ConfigureAwait(false);
                var heads = (await AuditHeads.ReadAsync(s, ring).ConfigureAwait(false)).Values.ToList();
                var last = await LastAsync(s).ConfigureAwait(false);
                if (last is not null && string.Join(',', last.Statement.Heads) == string.Join(',', heads)) return last;
                var statement = new AuditCheckpoint((last?.Statement.Number ?? 0) + 1, time.GetUtcNow(), heads, last is null ? null : AuditCheckpoint.HashOf(last.Text));
                var text = statement.Sign(key);
                if (!await s.AddAsync(Collections.AuditCheckpoints, Key(statement.Number), Encoding.ASCII.GetBytes(text)).ConfigureAwait(false)) throw Broken(statement.Number);
                return new SignedCheckpoint(statement, text);
            }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes one where the last is older than <paramref name="interval"/> and something was put into the audit since; to be called now and then.</summary>
    /// <exception cref="BrokerException">As <see cref="MakeAsync"/>.</exception>
    public async Task MakeDueAsync(TimeSpan interval, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var last = await store.ReadAsync(LastAsync, cancellationToken).ConfigureAwait(false);
        // Also where it is of the future: the clock was set back, and nobody waits until it has caught up.
        if (last is null || (time.GetUtcNow() - last.Statement.Time).Duration() >= interval) await MakeAsync(origin, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checkpoints by number.</summary>
    /// <param name="reader">The transaction.</param>
    /// <param name="after">Only those behind this number; 0 for all.</param>
    /// <param name="most">At most so many.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one cannot be read.</exception>
    public static async ValueTask<IReadOnlyList<SignedCheckpoint>> ListAsync(IStoreReader reader, long after, int most) =>
        [.. (await reader.ListAsync(Collections.AuditCheckpoints, "", after == 0 ? null : Key(after), most).ConfigureAwait(false)).Select(Read)];

    /// <summary>The public half of the key that signs; the key is made where there is none. The caller disposes it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it was changed.</exception>
    public async Task<Jwk> PublicKeyAsync(RequestOrigin origin, CancellationToken cancellationToken)
    {
        var key = await store.ReadAsync(_key.FindAsync, cancellationToken).ConfigureAwait(false)
            ?? await store.WriteAsync(s => _key.EnsureAsync(s, origin), cancellationToken).ConfigureAwait(false);
        using (key) return key.ToPublic();
    }

    private static async ValueTask<SignedCheckpoint?> LastAsync(IStoreReader reader) =>
        await reader.ListAsync(Collections.AuditCheckpoints, "", null, 1, descending: true).ConfigureAwait(false) is [var last] ? Read(last) : null;

    private static SignedCheckpoint Read(StoredRecord record)
    {
        try
        {
            var text = Encoding.ASCII.GetString(record.Value);
            var statement = AuditCheckpoint.OfStore(text);
            if (Key(statement.Number) == record.Key) return new SignedCheckpoint(statement, text);
        }
        catch (FormatException e)
        {
            throw Broken(record.Key, e);
        }
        throw Broken(record.Key, null);
    }

    private static string Key(long number) => number.ToString("D16", CultureInfo.InvariantCulture);

    private static BrokerException Broken(long number) => Broken(Key(number), null);

    private static BrokerException Broken(string key, Exception? inner) => new(
        BrokerFault.Internal, $"the audit's checkpoint {Printable.Of(key.TrimStart('0'), 32)} cannot be read, or stands where none should", "the store was changed behind the broker's back, or damaged", inner, ExitStatus.Integrity);
}
