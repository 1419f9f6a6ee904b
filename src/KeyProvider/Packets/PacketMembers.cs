using System.Text.Json;
using Coffer.Oci;

namespace Coffer.KeyProvider.Packets;

/// <summary>
/// One JSON object whose known members can be read in one way only. Go takes names in any case and the last of doubles, Rust
/// the exact name and no doubles: where the two would differ, the object is refused. Members that nobody knows are left alone.
/// </summary>
internal sealed class PacketMembers
{
    private readonly Dictionary<string, JsonElement> _known = [];

    /// <exception cref="KeyProviderException">A member stands twice, or is written in another case.</exception>
    public PacketMembers(JsonElement element, string[] known)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (Exactly(member, known) is { } name)
            {
                if (!_known.TryAdd(name, member.Value)) throw PacketFault.Because($"{name} stands twice");
                continue;
            }
            var written = member.Name;
            if (known.FirstOrDefault(k => k.Equals(written, StringComparison.OrdinalIgnoreCase)) is { } meant)
            {
                throw PacketFault.Because($"it has a member '{Printable.Of(written, 64)}' where '{meant}' is meant");
            }
        }
    }

    public bool Has(string name) => _known.ContainsKey(name);

    /// <summary>A member that is neither absent nor null.</summary>
    public JsonElement? Value(string name) => _known.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw PacketFault.Because($"{name} is not a text");

    public string RequiredText(string name) => Text(name) ?? throw PacketFault.Because($"{name} is missing");

    /// <summary>A key's name: not empty, bounded, and fit to be printed as it is.</summary>
    public string KeyId(string name)
    {
        var id = RequiredText(name);
        return id.Length == 0 ? throw PacketFault.Because($"{name} is empty")
            : id.Length > PacketLimits.KeyIdCharacters ? throw PacketFault.Because($"{name} has {id.Length} characters; at most {PacketLimits.KeyIdCharacters} are read")
            : Printable.Of(id, PacketLimits.KeyIdCharacters) != id ? throw PacketFault.Because($"{name} holds characters that cannot be printed")
            : id;
    }

    /// <summary>Base64 in the standard alphabet with padding.</summary>
    public byte[] Base64(string name) => Value(name) is not { } value ? throw PacketFault.Because($"{name} is missing")
        : value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes
        : throw PacketFault.Because($"{name} is not base64 (standard alphabet, padded)");

    /// <summary>The 12-byte nonce of AES-GCM.</summary>
    public byte[] Nonce(string name)
    {
        var nonce = Base64(name);
        return nonce.Length == PacketCipher.NonceBytes ? nonce : throw PacketFault.Because($"{name} has {nonce.Length} bytes instead of {PacketCipher.NonceBytes}");
    }

    /// <summary>At least one byte of ciphertext, and the tag.</summary>
    public byte[] Sealed(string name)
    {
        var bytes = Base64(name);
        return bytes.Length > PacketCipher.TagBytes ? bytes
            : throw PacketFault.Because($"{name} has {bytes.Length} bytes, too few for a {PacketCipher.TagBytes}-byte tag and something before it");
    }

    private static string? Exactly(JsonProperty member, string[] known)
    {
        foreach (var name in known)
        {
            if (member.NameEquals(name)) return name;
        }
        return null;
    }
}
