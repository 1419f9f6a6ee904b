using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Documents;

/// <summary>Records whose values are sealed under the root key: nobody who reads the store's files reads them, or puts one in another's place.</summary>
internal interface ISealedRecords
{
    /// <summary>The value, which the caller zeroes; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: it does not open.</exception>
    ValueTask<byte[]?> FindAsync(IStoreReader store, string collection, string key);

    /// <summary>Seals and puts a value.</summary>
    ValueTask PutAsync(IStoreWriter store, string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null);
}
