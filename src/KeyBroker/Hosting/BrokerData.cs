using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Backup;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>
/// A broker's data folder, opened: its root key, its store and its audit chain. What is missing is made, what is there never
/// overwritten. Disposal closes all of it.
/// </summary>
internal sealed class BrokerData : IAsyncDisposable
{
    private readonly FolderLock? _lock;
    private readonly IBrokerStore _store;
    private readonly IReadOnlyList<RootKey> _keys;
    private readonly AuditLog _audit;

    private BrokerData(FolderLock? taken, IBrokerStore store, IReadOnlyList<RootKey> keys, KeyRing ring, AuditLog audit, BrokerParts parts) =>
        (_lock, _store, _keys, Ring, _audit, Parts) = (taken, store, keys, ring, audit, parts);

    /// <summary>What routes and fronts work with.</summary>
    public BrokerParts Parts { get; }

    /// <summary>The store's root keys.</summary>
    public KeyRing Ring { get; }

    /// <summary>Opens the folder.</summary>
    /// <param name="settings">Which, and its root key.</param>
    /// <param name="alone">Whether no other process may serve from it meanwhile.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Hears what the operator should mend.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BrokerException">The folder, the key or the store cannot be used, do not belong together, or another process has them.</exception>
    public static async Task<BrokerData> OpenAsync(BrokerSettings settings, bool alone, TimeProvider time, Action<string> warn, CancellationToken cancellationToken)
    {
        PrivateFiles.EnsureFolder(settings.DataFolder);
        var taken = alone ? FolderLock.Take(settings.DataFolder) : null;
        IReadOnlyList<RootKey> keys = [];
        IBrokerStore? store = null;
        KeyRing? ring = null;
        try
        {
            store = await StoreOpening.OpenAsync(settings, time, cancellationToken).ConfigureAwait(false);
            await RestoreMark.EnsureNoneAsync(store, cancellationToken).ConfigureAwait(false);
            keys = await RootKeyOpening.OpenAllAsync(settings, await StoreOpening.IsUsedAsync(store, cancellationToken).ConfigureAwait(false), time, warn, cancellationToken).ConfigureAwait(false);
            ring = await KeyRing.OpenAsync(store, keys, cancellationToken).ConfigureAwait(false);
            var audit = new AuditLog(AuditWriter.Of(settings.DataFolder), ring, time);
            var parts = new BrokerParts(new RingStore(store, ring), ring, new RecordSealer(ring), audit, time) { Settings = settings };
            return new BrokerData(taken, store, keys, ring, audit, parts);
        }
        catch
        {
            ring?.Dispose();
            if (store is not null) await store.DisposeAsync().ConfigureAwait(false);
            foreach (var key in keys) key.Dispose();
            taken?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the folder holds a broker already.</summary>
    public static bool IsThere(BrokerSettings settings) =>
        StoreOpening.IsShared(settings) ? Directory.Exists(settings.DataFolder) : File.Exists(Path.Combine(settings.DataFolder, StoreOpening.FileName));

    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>: it does not.</exception>
    public static void EnsureThere(BrokerSettings settings)
    {
        if (!IsThere(settings)) throw new BrokerException(BrokerFault.NotFound, $"there is no broker in {Printable.Of(settings.DataFolder)}", "name the folder that 'coffer broker serve' has with --data");
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        _audit.Dispose();
        Parts.TokenKeys.Dispose();
        Parts.Sealer.Dispose();
        Ring.Dispose();
        foreach (var key in _keys) key.Dispose();
        _lock?.Dispose();
    }
}
