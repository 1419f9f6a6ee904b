using System.Globalization;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Backup;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Backs up a broker's store, and restores it, on the broker's own machine.</summary>
public static class BackupRun
{
    /// <summary>Writes a backup of the whole store to a new file; also while brokers serve from it.</summary>
    /// <exception cref="CofferException">There is no broker, it cannot be opened, or the file cannot be written.</exception>
    public static async Task<BackupFacts> BackupAsync(BrokerSettings settings, string file, TimeProvider time, CancellationToken cancellationToken)
    {
        BrokerData.EnsureThere(settings);
        var data = await BrokerData.OpenAsync(settings, alone: false, time, _ => { }, cancellationToken).ConfigureAwait(false);
        await using var disposal = data.ConfigureAwait(false);
        await data.Parts.Store.WriteAsync(
            async w =>
            {
                await data.Parts.Audit.AppendAsync(w, Event("store.backup", $"a backup was begun: {Path.GetFileName(file)}")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        var (records, bytes) = await StoreBackup.WriteAsync(data.Parts.Store, data.Ring, SealedOf(settings), file, time, cancellationToken).ConfigureAwait(false);
        return new BackupFacts(file, records, bytes);
    }

    /// <summary>Restores a backup into a data folder whose store is empty; a restore that was cut short is gone on with.</summary>
    /// <exception cref="CofferException">The store is not empty, or serves; the backup was changed, or made under another root key.</exception>
    public static async Task<BackupFacts> RestoreAsync(BrokerSettings settings, string file, TimeProvider time, CancellationToken cancellationToken)
    {
        PrivateFiles.EnsureFolder(settings.DataFolder);
        using var taken = FolderLock.Take(settings.DataFolder);
        using var key = await RootKeyOpening.OpenAsync(settings, hasStore: true, time, _ => { }, cancellationToken).ConfigureAwait(false);
        var store = await StoreOpening.OpenAsync(settings, time, cancellationToken).ConfigureAwait(false);
        await using var disposal = store.ConfigureAwait(false);
        var all = await new StoreRestore(store, key, file).PutAllAsync(cancellationToken).ConfigureAwait(false);
        using var ring = await KeyRing.OpenAsync(store, [key], cancellationToken).ConfigureAwait(false);
        using var audit = new AuditLog(AuditWriter.Of(settings.DataFolder), ring, time);
        await StoreRestore.EndAsync(
            new RingStore(store, ring), all,
            w => audit.AppendAsync(w, Event("store.restore", string.Create(CultureInfo.InvariantCulture, $"{all.Records} records were restored from a backup: {Path.GetFileName(file)}"))),
            cancellationToken).ConfigureAwait(false);
        return new BackupFacts(file, all.Records, new FileInfo(file).Length);
    }

    private static SealedKeyFile? SealedOf(BrokerSettings settings)
    {
        if (settings.RootKeyFile is null) return null;
        var place = RootKeyPlace.Parse(settings.RootKeyFile);
        return place.Kind.NeedsRecovery ? RootKeyOpening.ReadSealed(place) : null;
    }

    private static AuditEvent Event(string action, string reason) => new(RequestIds.Draw(), action, AuditOutcome.Allowed, Printable.Of(reason)) { Actor = $"local-user:{FileOwner.CurrentUser}" };
}
