using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>
/// Looks at the store for the gauges. Each look costs about the same, however much there is: states of hosts are counted in a walk that goes
/// on where the look before ended. One look at a time.
/// </summary>
/// <param name="parts">What to read.</param>
/// <param name="writer">This broker's audit chain.</param>
internal sealed class FigureReader(BrokerParts parts, string writer)
{
    private const int HostsPerLook = 2_000;

    private readonly TokenKeyRecords _keys = new(parts.Sealer);
    private string? _after;
    private long _walked;
    private long _revoked;

    /// <exception cref="BrokerException">The store cannot be used.</exception>
    public Task<BrokerFigures> ReadAsync(CancellationToken cancellationToken) => parts.Store.ReadAsync(ReadAsync, cancellationToken);

    private async ValueTask<BrokerFigures> ReadAsync(IStoreReader store)
    {
        var sessions = await store.CountAsync(Collections.Sessions).ConfigureAwait(false);
        var (all, pending) = (await store.CountAsync(Collections.Hosts).ConfigureAwait(false), await HostRecords.CountPendingAsync(store).ConfigureAwait(false));
        await WalkAsync(store).ConfigureAwait(false);
        var revoked = Math.Min(_revoked, all - pending);
        var newest = await store.ListAsync(Collections.Audit, writer + "/", null, 1, descending: true).ConfigureAwait(false);
        var entry = newest is [var record] ? AuditCodec.Read(writer, record.Value) : null;
        return new BrokerFigures(
            sessions, new Dictionary<string, long> { ["pending"] = pending, ["approved"] = all - pending - revoked, ["revoked"] = revoked },
            entry?.Sequence ?? 0, entry?.Time, await TokenKeyAsync(store).ConfigureAwait(false));
    }

    // The store may run a look again; then a page is walked twice, and the next walk sets it right.
    private async Task WalkAsync(IStoreReader store)
    {
        var page = await HostRecords.ListAsync(store, _after, HostsPerLook).ConfigureAwait(false);
        _walked += page.Count(h => h.State == HostState.Revoked);
        if (page.Count == HostsPerLook)
        {
            _after = page[^1].Id;
            _revoked = Math.Max(_revoked, _walked);
            return;
        }
        (_revoked, _walked, _after) = (_walked, 0, null);
    }

    private async Task<DateTimeOffset?> TokenKeyAsync(IStoreReader store)
    {
        var now = parts.Time.GetUtcNow();
        DateTimeOffset? signs = null;
        foreach (var key in await _keys.ReadAsync(store).ConfigureAwait(false))
        {
            using (key.Key)
            {
                if (key.Signs <= now && (signs is null || key.Signs > signs)) signs = key.Signs;
            }
        }
        return signs;
    }
}
