namespace Coffer.KeyBroker.Storage;

/// <summary>One record.</summary>
/// <param name="Key">Unique in its collection.</param>
/// <param name="Value">As it was put; the reader's own copy.</param>
/// <param name="Expires">From when on it counts as gone, to the millisecond; null for never. What puts a record anew passes it on.</param>
internal sealed record StoredRecord(string Key, byte[] Value, DateTimeOffset? Expires = null);
