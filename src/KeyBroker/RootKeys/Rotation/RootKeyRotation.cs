using System.Globalization;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys.Rotation;

/// <summary>
/// Changes the root key of a store while brokers serve from it: the new key is made known to all that live, then new records are sealed
/// under it, then the old ones are, batch by batch, and last the old key is let go. Each step is a transaction that says how far it is;
/// whoever runs this again goes on from there. Two that run it to the same key help each other; to different keys, the second is refused.
/// </summary>
/// <param name="parts">The store, and what seals.</param>
/// <param name="ring">The store's; holds both keys.</param>
/// <param name="target">The new key.</param>
internal sealed class RootKeyRotation(BrokerParts parts, KeyRing ring, RootKey target)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly RecordResealing _resealing = new(ring, parts.Sealer);
    private readonly PageSize _batch = new();

    /// <summary>What is gone through, in this order.</summary>
    public static IReadOnlyList<string> Order { get; } = [Collections.AuditHeads, .. Collections.Sealed];

    /// <summary>Does it, or what is left of it.</summary>
    /// <param name="patience">How long to wait for living brokers to say that they know the new key; those that do not learn of it with their next transaction.</param>
    /// <param name="say">Hears how far it is.</param>
    /// <param name="cancellationToken">Cuts it short.</param>
    /// <returns>How many records were sealed anew, in all runs.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: a change to another key is under way.</exception>
    public async Task<long> RunAsync(TimeSpan patience, Action<string> say, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await WaitAsync(patience, say, cancellationToken).ConfigureAwait(false);
        await SwitchAsync(cancellationToken).ConfigureAwait(false);
        long records;
        do
        {
            records = await ResealAsync(say, cancellationToken).ConfigureAwait(false);
        }
        while (!await EndAsync(cancellationToken).ConfigureAwait(false));
        return records;
    }

    private Task<bool> BeginAsync(CancellationToken cancellationToken) => StepAsync(
        async (w, state) =>
        {
            if (state.Keys.Values.Any(k => k.Id == target.Id))
            {
                return state.Keys.Count > 1 ? true : throw new BrokerException(BrokerFault.Conflict, $"{target.Name} is the store's root key already", "name a new place with --to");
            }
            if (state.Keys.Count > 1) throw new BrokerException(BrokerFault.Conflict, "the root key is being changed to another one", "finish that first: the same command with its --to goes on");
            var next = state.Next;
            var keys = new Dictionary<byte, RootKey>(state.Keys) { [next] = target };
            var grants = (await ReplicaRecord.ListAsync(w, state.Keys.Values).ConfigureAwait(false)).Select(r => RingGrants.ToProcess(r, next, target));
            await PutAsync(w, state.Epoch, state.Sealing, keys, [RingGrants.ToHolder(target, state.Sealing, state.Current), .. grants]).ConfigureAwait(false);
            await new RotationProgress(0, null, 0).PutAsync(w).ConfigureAwait(false);
            await AppendAsync(w, $"the root key is being changed from {state.Current.Id} to {target.Id}").ConfigureAwait(false);
            return true;
        }, cancellationToken);

    private async Task WaitAsync(TimeSpan patience, Action<string> say, CancellationToken cancellationToken)
    {
        var began = parts.Time.GetTimestamp();
        while (true)
        {
            var state = ring.State;
            var behind = (await parts.Store.ReadAsync(r => ReplicaRecord.ListAsync(r, state.Keys.Values), cancellationToken).ConfigureAwait(false)).Count(r => r.Epoch < state.Epoch);
            if (behind == 0) return;
            if (parts.Time.GetElapsedTime(began) >= patience)
            {
                say($"{behind} broker(s) did not yet say that they know the new key; they learn of it with their next transaction");
                return;
            }
            await Task.Delay(Look, parts.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<bool> SwitchAsync(CancellationToken cancellationToken) => StepAsync(
        async (w, state) =>
        {
            if (state.Current.Id == target.Id) return true;
            var ringThere = RingRecord.Read((await RingRecord.FindAsync(w).ConfigureAwait(false))!);
            await PutAsync(w, state.Epoch, state.Keys.First(k => k.Value.Id == target.Id).Key, state.Keys, ringThere.Grants).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    private async Task<long> ResealAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var said = parts.Time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (progress, isDone) = await parts.Store.WriteAsync(ResealSomeAsync, cancellationToken).ConfigureAwait(false);
            if (isDone) return progress.Records;
            if (parts.Time.GetElapsedTime(said) < TimeSpan.FromSeconds(5)) continue;
            said = parts.Time.GetTimestamp();
            say(string.Create(CultureInfo.InvariantCulture, $"{progress.Records} records sealed anew"));
        }
    }

    private async ValueTask<(RotationProgress Progress, bool IsDone)> ResealSomeAsync(IStoreWriter store)
    {
        var progress = await RotationProgress.FindAsync(store).ConfigureAwait(false);
        if (progress is null || progress.Collection >= Order.Count) return (progress ?? new RotationProgress(Order.Count, null, 0), true);
        var collection = Order[progress.Collection];
        var size = _batch.Records;
        var page = await store.ListAsync(collection, "", progress.After, size).ConfigureAwait(false);
        _batch.Saw(page);
        var old = page.Where(r => _resealing.IsOld(collection, r)).ToList();
        foreach (var record in old) await _resealing.ResealAsync(store, collection, record).ConfigureAwait(false);
        var moved = page.Count < size
            ? new RotationProgress(progress.Collection + 1, null, progress.Records + old.Count)
            : progress with { After = page[^1].Key, Records = progress.Records + old.Count };
        await moved.PutAsync(store).ConfigureAwait(false);
        return (moved, false);
    }

    // Looked at once more before the old key is let go: a record that was left behind would be lost. Nothing can be sealed under it since the switch.
    private async Task<bool> EndAsync(CancellationToken cancellationToken)
    {
        if (await AnyOldAsync(cancellationToken).ConfigureAwait(false))
        {
            await parts.Store.WriteAsync(
                async w =>
                {
                    if (await RotationProgress.FindAsync(w).ConfigureAwait(false) is { } progress) await (progress with { Collection = 0, After = null }).PutAsync(w).ConfigureAwait(false);
                    return true;
                }, cancellationToken).ConfigureAwait(false);
            return false;
        }
        return await StepAsync(
            async (w, state) =>
            {
                if (state.Keys.Count == 1) return true;
                if (await RotationProgress.FindAsync(w).ConfigureAwait(false) is not { } progress || progress.Collection < Order.Count) return false;
                await LetGoAsync(w, state).ConfigureAwait(false);
                await RootKeyCheck.ReplaceAsync(w, target).ConfigureAwait(false);
                await RotationProgress.RemoveAsync(w).ConfigureAwait(false);
                await AppendAsync(w, string.Create(CultureInfo.InvariantCulture, $"the root key is {target.Id}; {progress.Records} records were sealed anew")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
    }

    // What was granted to processes stays: one that was frozen throughout takes it when it wakes.
    private async ValueTask LetGoAsync(IStoreWriter store, RingState state)
    {
        var ringThere = RingRecord.Read((await RingRecord.FindAsync(store).ConfigureAwait(false))!);
        var former = ringThere.Generations.First(g => g.Id != state.Sealing);
        await new RingRecord(
            state.Epoch + 1, state.Sealing, [new RingGeneration(state.Sealing, target.Id)], [.. ringThere.Grants.Where(g => g.Generation == state.Sealing)], former).PutAsync(store, state.Keys).ConfigureAwait(false);
    }

    private async Task<bool> AnyOldAsync(CancellationToken cancellationToken)
    {
        foreach (var collection in Order)
        {
            string? after = null;
            var size = new PageSize();
            while (true)
            {
                var from = after;
                var most = size.Records;
                var page = await parts.Store.ReadAsync(r => r.ListAsync(collection, "", from, most), cancellationToken).ConfigureAwait(false);
                if (page.Any(r => _resealing.IsOld(collection, r))) return true;
                if (page.Count < most) break;
                size.Saw(page);
                after = page[^1].Key;
            }
        }
        return false;
    }

    // The ring of the transaction counts, not what was known before it; and after it, what it became.
    private async Task<bool> StepAsync(Func<IStoreWriter, RingState, ValueTask<bool>> step, CancellationToken cancellationToken)
    {
        var done = await parts.Store.WriteAsync(
            async w =>
            {
                var state = await RingRecord.FindAsync(w).ConfigureAwait(false) is { } value ? ring.Take(value) : ring.State;
                ring.Mark(); // what is sealed here is sealed by the ring as it was read here, though the step then changes that
                return await step(w, state).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        await ring.ReloadAsync(parts.Store, cancellationToken).ConfigureAwait(false);
        return done;
    }

    private static ValueTask PutAsync(IStoreWriter store, long epoch, byte sealing, IReadOnlyDictionary<byte, RootKey> keys, IReadOnlyList<RingGrant> grants) =>
        new RingRecord(epoch + 1, sealing, [.. keys.OrderBy(k => k.Key).Select(k => new RingGeneration(k.Key, k.Value.Id))], grants).PutAsync(store, keys);

    private ValueTask AppendAsync(IStoreWriter store, string reason) => parts.Audit.AppendAsync(
        store, new AuditEvent(RequestIds.Draw(), "root-key.rotate", AuditOutcome.Allowed, Printable.Of(reason)) { Actor = $"local-user:{FileOwner.CurrentUser}", Subject = target.Id });
}
