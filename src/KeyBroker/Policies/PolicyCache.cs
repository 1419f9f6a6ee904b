using System.Collections.Concurrent;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>Policies that were read once are not read again while their records stay the same to the byte. The store always decides what is present.</summary>
internal sealed class PolicyCache
{
    private readonly ConcurrentDictionary<string, Entry> _entries = [];

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: the record cannot be read.</exception>
    public (string Name, long Version, PolicyDocument Policy) Read(StoredRecord record)
    {
        if (_entries.TryGetValue(record.Key, out var entry) && entry.Bytes.AsSpan().SequenceEqual(record.Value)) return (record.Key, entry.Version, entry.Policy);
        var stored = PolicyRecord.Read(record.Key, record);
        PolicyDocument policy;
        try
        {
            policy = PolicyReader.Read(PolicyRecord.DocumentOf(stored));
        }
        catch (InvalidDocumentException e)
        {
            throw PolicyRecord.Broken(record.Key, e);
        }
        if (_entries.Count > 2 * PolicyLimits.MostPolicies) _entries.Clear();
        _entries[record.Key] = new Entry(record.Value, stored.Version, policy);
        return (record.Key, stored.Version, policy);
    }

    private sealed record Entry(byte[] Bytes, long Version, PolicyDocument Policy);
}
