namespace Coffer.KeyBroker.Storage;

/// <summary>One record.</summary>
/// <param name="Key">Unique in its collection.</param>
/// <param name="Value">As it was put; the reader's own copy.</param>
internal sealed record StoredRecord(string Key, byte[] Value);
