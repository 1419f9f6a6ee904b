using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>
/// The store as the broker's parts see it. Whatever is sealed in a transaction is sealed under the generation that the store holds to at that
/// moment, and whatever generation a record is of, it opens: a process that slept through a change of the root key finds that out here,
/// before anything of it is stored.
/// </summary>
/// <param name="store">The store itself; not ours to dispose.</param>
/// <param name="ring">What this process knows of the root keys.</param>
internal sealed class RingStore(IBrokerStore store, KeyRing ring) : IBrokerStore
{
    private const int MostAttempts = 5; // a change takes three steps

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken) => AgainAsync(
        () => store.ReadAsync(
            async reader =>
            {
                ring.Mark();
                return await work(reader).ConfigureAwait(false);
            }, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken) => AgainAsync(
        () => store.WriteAsync(
            async writer =>
            {
                var mark = ring.Mark();
                var done = await work(writer).ConfigureAwait(false);
                await KeyRing.CheckAsync(writer, mark).ConfigureAwait(false);
                return done;
            }, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<T> AgainAsync<T>(Func<Task<T>> transaction, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = ring.State.Epoch;
            try
            {
                return await transaction().ConfigureAwait(false);
            }
            catch (StaleRingException e)
            {
                if (attempt == MostAttempts) throw e.Otherwise;
                await ring.ReloadAsync(store, cancellationToken).ConfigureAwait(false);
                if (ring.State.Epoch == before) throw e.Otherwise;
            }
        }
    }
}
