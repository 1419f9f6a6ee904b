using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Backup;

/// <summary>In a store that is being restored: from which backup, and how many of its records are there. No broker works with such a store.</summary>
/// <param name="Backup">The backup's id.</param>
/// <param name="Records">How many of its records were put, from its beginning.</param>
internal sealed record RestoreMark(string Backup, long Records)
{
    private const string Key = "restore";

    /// <summary>Null where no restore is under way.</summary>
    public static async ValueTask<RestoreMark?> FindAsync(IStoreReader store) => await store.FindAsync(Collections.Store, Key).ConfigureAwait(false) is { } record
        ? StoredDocument.Read("mark of a restore", record.Value, j => new RestoreMark((string)j["backup"]!, (long)j["records"]!))
        : null;

    public ValueTask PutAsync(IStoreWriter store) => store.PutAsync(Collections.Store, Key, StoredDocument.Write(new JsonObject { ["backup"] = Backup, ["records"] = Records }));

    public static async ValueTask RemoveAsync(IStoreWriter store) => await store.DeleteAsync(Collections.Store, Key).ConfigureAwait(false);

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: a restore was begun and has not ended.</exception>
    public static async Task EnsureNoneAsync(IBrokerStore store, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(FindAsync, cancellationToken).ConfigureAwait(false) is null) return;
        throw new BrokerException(BrokerFault.Unavailable, "the store is half restored from a backup", "run coffer broker restore with the same backup again: it goes on where it was");
    }
}
