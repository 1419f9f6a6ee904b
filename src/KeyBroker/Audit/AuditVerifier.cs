using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>Walks all chains from their beginning to their heads.</summary>
internal sealed class AuditVerifier : IDisposable
{
    private const int Page = 100; // entries may be large
    private readonly KeyRing _ring;
    private readonly KeyRing? _own;

    /// <param name="rootKey">A root key alone, or the store's ring; stays the caller's.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the root key cannot be used.</exception>
    public AuditVerifier(IRootKey rootKey)
    {
        _ring = KeyRing.Of(rootKey);
        _own = ReferenceEquals(_ring, rootKey) ? null : _ring;
    }

    /// <summary>Checks every entry, and that heads which were seen earlier still lie on their chains.</summary>
    /// <param name="store">Read in one consistent state.</param>
    /// <param name="expectHead">Heads that an earlier walk printed; null for none. A store that was put back to an older state lacks them.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="BrokerException">Exit status 4: the first break, with chain, entry and what is wrong. <see cref="BrokerFault.BadRequest"/>: the expected head is malformed.</exception>
    public Task<AuditVerification> VerifyAsync(IBrokerStore store, string? expectHead, CancellationToken cancellationToken)
    {
        var expected = expectHead is null ? [] : AuditHead.Parse(expectHead);
        return store.ReadAsync(r => WalkAsync(r, expected, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    private async ValueTask<AuditVerification> WalkAsync(IStoreReader store, IReadOnlyList<AuditHead> expected, CancellationToken cancellationToken)
    {
        var heads = await AuditHeads.ReadAsync(store, _ring).ConfigureAwait(false);
        var walk = new ChainWalk(heads, expected);
        string? after = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await store.ListAsync(Collections.Audit, "", after, Page).ConfigureAwait(false);
            foreach (var record in page) walk.Step(record);
            if (page.Count < Page) break;
            after = page[^1].Key;
        }
        return new AuditVerification(walk.End(), [.. heads.Values]);
    }
}
