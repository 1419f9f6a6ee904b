namespace Coffer.KeyBroker.Storage;

/// <summary>Reads and writes within one transaction; sees its own writes.</summary>
internal interface IStoreWriter : IStoreReader
{
    /// <summary>Puts a record, in place of the one that was there.</summary>
    /// <param name="collection">One of <see cref="Collections"/>.</param>
    /// <param name="key">1 to 512 bytes of UTF-8.</param>
    /// <param name="value">At most 16 MiB; kept as it is, so what must not be read on the disk is sealed before.</param>
    /// <param name="expires">From when on the record counts as gone; null for never.</param>
    ValueTask PutAsync(string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null);

    /// <summary>Puts a record where none is; false, and nothing done, where one is.</summary>
    ValueTask<bool> AddAsync(string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null);

    /// <summary>Removes a record; false where there was none.</summary>
    ValueTask<bool> DeleteAsync(string collection, string key);
}
