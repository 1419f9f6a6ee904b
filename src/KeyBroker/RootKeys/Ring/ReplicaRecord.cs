using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>A serving process, as it says of itself in the store while it lives. Authenticated under the root key.</summary>
/// <param name="Id">16 hexadecimal digits, drawn at its start.</param>
/// <param name="PublicKey">A JWK on P-256 whose private half is in the process's memory alone.</param>
/// <param name="Epoch">The newest key ring that it works with.</param>
internal sealed record ReplicaRecord(string Id, string PublicKey, long Epoch)
{
    /// <summary>How long one counts as living after it last said so.</summary>
    public static TimeSpan Life { get; } = TimeSpan.FromSeconds(30);

    private const string Purpose = "replica";
    private const int Most = 1000;

    /// <summary>Puts it for <see cref="Life"/>.</summary>
    public ValueTask PutAsync(IStoreWriter store, RootKey key, DateTimeOffset now) => store.PutAsync(
        Collections.Replicas, Id, StoredDocument.Write(new JsonObject { ["public"] = PublicKey, ["epoch"] = Epoch, ["key"] = key.Id, ["mac"] = Convert.ToHexStringLower(Mac(key)) }), now + Life);

    /// <summary>All that live and were written by a holder of one of the keys.</summary>
    public static async ValueTask<IReadOnlyList<ReplicaRecord>> ListAsync(IStoreReader store, IEnumerable<RootKey> keys)
    {
        var found = new List<ReplicaRecord>();
        foreach (var record in await store.ListAsync(Collections.Replicas, "", null, Most).ConfigureAwait(false))
        {
            var (replica, keyId, mac) = StoredDocument.Read("replica", record.Value, j => (
                new ReplicaRecord(record.Key, (string)j["public"]!, (long)j["epoch"]!), (string)j["key"]!, Convert.FromHexString((string)j["mac"]!)));
            if (keys.FirstOrDefault(k => k.Id == keyId) is { } key && CryptographicOperations.FixedTimeEquals(mac, replica.Mac(key))) found.Add(replica);
        }
        return found;
    }

    private byte[] Mac(RootKey key)
    {
        using var derived = key.Derive(Purpose);
        return HMACSHA256.HashData(derived.Span, Encoding.UTF8.GetBytes($"{Id}\n{Epoch}\n{PublicKey}"));
    }
}
