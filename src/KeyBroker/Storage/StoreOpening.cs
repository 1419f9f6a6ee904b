using System.Text;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.Storage.Postgres;
using Coffer.KeyBroker.Storage.Sqlite;
using Coffer.Oci;

namespace Coffer.KeyBroker.Storage;

/// <summary>Chooses and opens the store that a broker was set up with: a file in its data folder, or a database that it shares.</summary>
internal static class StoreOpening
{
    /// <summary>The file in the data folder.</summary>
    public const string FileName = "broker.db";

    private const int MostAddressBytes = 4096;

    /// <summary>Whether the settings name a database that other brokers may use as well.</summary>
    public static bool IsShared(BrokerSettings settings) => settings.Store is not null || settings.StoreFile is not null;

    /// <summary>Opens it, and brings it to the present schema; a file is made where there is none.</summary>
    /// <exception cref="CofferException">Wrong usage: its address.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be used.</exception>
    public static async Task<IBrokerStore> OpenAsync(BrokerSettings settings, TimeProvider time, CancellationToken cancellationToken) =>
        IsShared(settings)
            ? await PostgresStore.OpenAsync(Address(settings), settings.InsecureStoreConnection, time, cancellationToken).ConfigureAwait(false)
            : SqliteStore.Open(Path.Combine(settings.DataFolder, FileName), time);

    /// <summary>Whether somebody has used it before: it belongs to a root key.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be used.</exception>
    public static async Task<bool> IsUsedAsync(IBrokerStore store, CancellationToken cancellationToken) =>
        await store.ReadAsync(r => r.CountAsync(Collections.Store), cancellationToken).ConfigureAwait(false) > 0;

    private static PostgresAddress Address(BrokerSettings settings)
    {
        if (settings is { Store: not null, StoreFile: not null }) throw new CofferException("the store's address is given twice", ExitStatus.Usage, "give --store or --store-file");
        if (settings.Store is { } address)
        {
            if (!PostgresAddress.IsOne(address)) throw new CofferException("--store takes the address of a PostgreSQL database", ExitStatus.Usage, "such as postgres://coffer@db.example/coffer; without it the store is a file in the data folder");
            return PostgresAddress.Parse(address, mayHoldPassword: false);
        }
        var text = PrivateFiles.Read(settings.StoreFile!, MostAddressBytes) ?? throw new BrokerException(BrokerFault.Unavailable, $"there is no file {Printable.Of(settings.StoreFile)}", "it holds the address of the store");
        return PostgresAddress.Parse(Encoding.UTF8.GetString(text).Trim(), mayHoldPassword: true);
    }
}
