using System.Security.Cryptography;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Backup;

/// <summary>Writes one consistent state of a store to a file, whatever engine keeps it, while brokers go on serving from it.</summary>
internal static class StoreBackup
{
    /// <summary>Makes the backup: a new file, 0600, there with all its content or not at all.</summary>
    /// <param name="store">The store.</param>
    /// <param name="ring">Its root keys; while they change, the backup opens with the new one.</param>
    /// <param name="sealedKey">A file with a root key sealed to a recovery key, which goes along where it is that key; null for none.</param>
    /// <param name="file">The path of the new file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many records and bytes it has.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Conflict"/>: the file is there already. <see cref="BrokerFault.Unavailable"/>: it cannot be written, or the store not read.</exception>
    public static async Task<(long Records, long Bytes)> WriteAsync(
        IBrokerStore store, KeyRing ring, SealedKeyFile? sealedKey, string file, TimeProvider time, CancellationToken cancellationToken)
    {
        if (File.Exists(file)) throw new BrokerException(BrokerFault.Conflict, $"there is a file {Printable.Of(file)} already", "name another file: backups are not overwritten");
        var unfinished = $"{file}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        try
        {
            using var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = PrivateFiles.FileMode });
            var records = await store.ReadAsync(r => WriteAsync(r, stream, ring, sealedKey, time, cancellationToken), cancellationToken).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
            File.Move(unfinished, file, overwrite: false);
            return (records, stream.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException(BrokerFault.Unavailable, $"the backup {Printable.Of(file)} cannot be written: {Printable.Of(e.Message)}", null, e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static async ValueTask<long> WriteAsync(IStoreReader store, FileStream file, KeyRing ring, SealedKeyFile? sealedKey, TimeProvider time, CancellationToken cancellationToken)
    {
        file.SetLength(0); // the reading may have been begun before; the salt is new, so that no nonce meets a key twice
        var root = (await RingRecord.FindAsync(store).ConfigureAwait(false) is { } value ? ring.Take(value) : ring.State).Newest;
        var recovery = sealedKey?.KeyId == root.Id ? sealedKey.Recovery : null;
        using var writer = new BackupWriter(file, root, new BackupHeader(time.GetUtcNow(), root.Id, RandomNumberGenerator.GetBytes(BackupHeader.SaltBytes), recovery));
        foreach (var collection in Collections.All.Except(Collections.Passing))
        {
            string? after = null;
            var size = new PageSize();
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var page = await store.ListAsync(collection, "", after, size.Records).ConfigureAwait(false);
                foreach (var record in page) writer.Write(collection, record);
                if (page.Count < size.Records) break;
                size.Saw(page);
                after = page[^1].Key;
            }
        }
        writer.End();
        return writer.Records;
    }
}
