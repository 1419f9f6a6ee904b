using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>
/// The store's word on its root keys: which generations there are (one; two while they change), and under which is sealed. A store whose
/// key never changed has none, and generation 1. Authenticated by each generation's key and by the one before them, so that a holder of either
/// takes no ring that somebody else wrote.
/// </summary>
/// <param name="Epoch">Counts the ring's changes.</param>
/// <param name="Sealing">The generation that new records are sealed under.</param>
/// <param name="Generations">Each with its key's id.</param>
/// <param name="Grants">Keys sealed to those who hold another: by <see cref="RootKey.Id"/> or a process's id, a JWE of a generation's key.</param>
/// <param name="Former">The generation that was let go last: whoever slept through that holds its key alone. Null where none was.</param>
internal sealed record RingRecord(long Epoch, byte Sealing, IReadOnlyList<RingGeneration> Generations, IReadOnlyList<RingGrant> Grants, RingGeneration? Former = null)
{
    private const string Key = "key-ring";
    private const string MacPurpose = "key-ring";

    /// <summary>All whose keys authenticate it.</summary>
    public IReadOnlyList<RingGeneration> Named => Former is null ? Generations : [.. Generations, Former];

    /// <summary>The record's value; null where the root key never changed.</summary>
    public static async ValueTask<byte[]?> FindAsync(IStoreReader store) => (await store.FindAsync(Collections.Store, Key).ConfigureAwait(false))?.Value;

    /// <summary>Reads a ring without looking at who wrote it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: it is none.</exception>
    public static RingRecord Read(byte[] value) => StoredDocument.Read("key ring", value, j => new RingRecord(
        (long)j["epoch"]!, (byte)(int)j["sealing"]!,
        [.. j["generations"]!.AsArray().Select(g => new RingGeneration((byte)(int)g!["id"]!, (string)g["key"]!))],
        [.. j["grants"]!.AsArray().Select(g => new RingGrant((string)g!["to"]!, (byte)(int)g["generation"]!, (string)g["jwe"]!))],
        j["former"] is { } former ? new RingGeneration((byte)(int)former["id"]!, (string)former["key"]!) : null));

    /// <summary>Whether a generation's key wrote this ring.</summary>
    public bool IsOf(byte[] value, RingGeneration generation, RootKey key)
    {
        var mac = StoredDocument.Read("key ring", value, j => Convert.FromHexString((string)j["macs"]![Name(generation)]!));
        return CryptographicOperations.FixedTimeEquals(mac, Mac(key));
    }

    /// <summary>Puts the ring, authenticated by the keys of all its generations.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="keys">By generation.</param>
    public ValueTask PutAsync(IStoreWriter store, IReadOnlyDictionary<byte, RootKey> keys)
    {
        var document = Body();
        var macs = new JsonObject();
        foreach (var generation in Named) macs[Name(generation)] = Convert.ToHexStringLower(Mac(keys[generation.Id]));
        document["macs"] = macs;
        return store.PutAsync(Collections.Store, Key, StoredDocument.Write(document));
    }

    private static string Name(RingGeneration generation) => generation.Id.ToString(CultureInfo.InvariantCulture);

    private JsonObject Body()
    {
        var body = Members();
        if (Former is { } former) body["former"] = Document(former);
        return body;
    }

    private static JsonObject Document(RingGeneration generation) => new() { ["id"] = (int)generation.Id, ["key"] = generation.KeyId };

    private JsonObject Members() => new()
    {
        ["epoch"] = Epoch,
        ["sealing"] = (int)Sealing,
        ["generations"] = new JsonArray([.. Generations.Select(g => (JsonNode)Document(g))]),
        ["grants"] = new JsonArray([.. Grants.Select(g => (JsonNode)new JsonObject { ["to"] = g.To, ["generation"] = (int)g.Generation, ["jwe"] = g.Jwe })]),
    };

    private byte[] Mac(RootKey key)
    {
        using var derived = key.Derive(MacPurpose);
        return HMACSHA256.HashData(derived.Span, StoredDocument.Write(Body()));
    }
}

/// <summary>One root key of a ring.</summary>
/// <param name="Id">1 to 255; the first byte of what is sealed under it.</param>
/// <param name="KeyId">Which key (<see cref="RootKey.Id"/>).</param>
internal sealed record RingGeneration(byte Id, string KeyId);

/// <summary>A generation's key for somebody who does not hold it.</summary>
/// <param name="To">The id of a root key, or of a process.</param>
/// <param name="Generation">Whose key.</param>
/// <param name="Jwe">The key, sealed (compact JWE).</param>
internal sealed record RingGrant(string To, byte Generation, string Jwe);
