using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Backup;

/// <summary>
/// Puts a backup's records into an empty store, whatever engine keeps it. The whole backup is authenticated before the first is put;
/// then they are put in transactions of bounded size, each with how far it is, so that a restore that was cut short goes on.
/// </summary>
/// <param name="store">The store, which nobody else uses.</param>
/// <param name="root">The root key of the backup.</param>
/// <param name="file">The backup.</param>
internal sealed class StoreRestore(IBrokerStore store, RootKey root, string file)
{
    private const int MostRecords = 500;
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Puts all records, or those that are still missing. No broker works with the store until <see cref="EndAsync"/>.</summary>
    /// <param name="cancellationToken">Cuts it short.</param>
    /// <returns>What is there now.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: the store is not empty. Exit status 4: the backup was changed, and nothing is restored.</exception>
    public async Task<RestoreMark> PutAllAsync(CancellationToken cancellationToken)
    {
        using var stream = Open();
        var (id, records) = Authenticate(stream, cancellationToken);
        var there = await BeginAsync(id, cancellationToken).ConfigureAwait(false);
        stream.Position = 0;
        using var reader = new BackupReader(stream, file, root);
        for (var skipped = 0L; skipped < there; skipped++) reader.Next();
        var batch = new List<(string Collection, StoredRecord Record)>();
        var bytes = 0;
        while (reader.Next() is { } next)
        {
            batch.Add(next);
            bytes += next.Record.Value.Length;
            if (batch.Count < MostRecords && bytes < MostBytes) continue;
            there = await PutAsync(id, there, batch, cancellationToken).ConfigureAwait(false);
            batch.Clear();
            bytes = 0;
        }
        there = await PutAsync(id, there, batch, cancellationToken).ConfigureAwait(false);
        if (there != records) throw new BrokerException(BrokerFault.Conflict, $"the backup {Printable.Of(file)} changed while it was read", "run it again from a copy that nobody writes to");
        return new RestoreMark(id, there);
    }

    /// <summary>Ends it: the store is a broker's.</summary>
    /// <param name="restored">The same store, as brokers work with it.</param>
    /// <param name="all">What <see cref="PutAllAsync"/> answered.</param>
    /// <param name="alongside">Runs in the same transaction.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: another process restores as well.</exception>
    public static Task EndAsync(IBrokerStore restored, RestoreMark all, Func<IStoreWriter, ValueTask> alongside, CancellationToken cancellationToken) => restored.WriteAsync(
        async w =>
        {
            await EnsureAtAsync(w, all.Backup, all.Records).ConfigureAwait(false);
            await RestoreMark.RemoveAsync(w).ConfigureAwait(false);
            await alongside(w).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    private FileStream Open()
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"the backup {Printable.Of(file)} cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
    }

    private (string Id, long Records) Authenticate(FileStream stream, CancellationToken cancellationToken)
    {
        using var reader = new BackupReader(stream, file, root);
        var records = 0L;
        while (reader.Next() is { } next)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Collections.All.Contains(next.Collection)) throw new BrokerException(BrokerFault.BadRequest, $"the backup {Printable.Of(file)} has a collection '{Printable.Of(next.Collection)}', which this coffer does not know", "use the newer coffer that wrote it");
            records++;
        }
        return (reader.Id, records);
    }

    private Task<long> BeginAsync(string id, CancellationToken cancellationToken) => store.WriteAsync(
        async w =>
        {
            if (await RestoreMark.FindAsync(w).ConfigureAwait(false) is { } mark)
            {
                return mark.Backup == id ? mark.Records : throw new BrokerException(BrokerFault.Conflict, "another backup is half restored into this store", "go on with that one, or restore into an empty store");
            }
            foreach (var collection in Collections.All)
            {
                if ((await w.ListAsync(collection, "", null, 1).ConfigureAwait(false)).Count == 0) continue;
                throw new BrokerException(BrokerFault.Conflict, $"the store is not empty: there are records in '{collection}'", "restore into a new data folder or database; nothing was changed here");
            }
            await new RestoreMark(id, 0).PutAsync(w).ConfigureAwait(false);
            return 0;
        }, cancellationToken);

    private Task<long> PutAsync(string id, long there, List<(string Collection, StoredRecord Record)> batch, CancellationToken cancellationToken) => store.WriteAsync(
        async w =>
        {
            await EnsureAtAsync(w, id, there).ConfigureAwait(false);
            foreach (var (collection, record) in batch) await w.PutAsync(collection, record.Key, record.Value, record.Expires).ConfigureAwait(false);
            await new RestoreMark(id, there + batch.Count).PutAsync(w).ConfigureAwait(false);
            return there + batch.Count;
        }, cancellationToken);

    private static async ValueTask EnsureAtAsync(IStoreReader store, string id, long there)
    {
        if (await RestoreMark.FindAsync(store).ConfigureAwait(false) == new RestoreMark(id, there)) return;
        throw new BrokerException(BrokerFault.Conflict, "another process restores into this store", "let it go on, or end it and run this again");
    }
}
