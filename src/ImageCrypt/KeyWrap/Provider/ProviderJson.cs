using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// Reads JSON as the protocol's writers produce it: member names in any case (Go ignores case), bytes as base64 text
/// (Go) or as an array of numbers (Rust), null and absence alike.
/// </summary>
internal static class ProviderJson
{
    /// <summary>Bounds nesting; the protocol needs six levels.</summary>
    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = 32 };

    /// <summary>A member by its exact name, else by its name in another case; of several the last. Null counts as absent.</summary>
    public static JsonElement? Member(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object) return null;
        JsonElement? other = null;
        JsonElement? exact = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (member.NameEquals(name)) exact = member.Value;
            else if (IsInAnotherCase(member, name)) other = member.Value;
        }
        var found = exact ?? other;
        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    // Without a string for each name that is passed over, unless it is written with escapes.
    private static bool IsInAnotherCase(JsonProperty member, string name)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Contains((byte)'\\') ? string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase) : Ascii.EqualsIgnoreCase(raw, name);
    }

    /// <summary>Bytes in either spelling; null if the member is absent or null.</summary>
    /// <exception cref="FormatException">Neither base64 in the standard alphabet with padding nor an array of bytes.</exception>
    public static byte[]? Bytes(JsonElement parent, string name) => Member(parent, name) is { } value ? ReadBytes(value, name) : null;

    /// <summary>Bytes in either spelling.</summary>
    /// <exception cref="FormatException">As above; the message names <paramref name="name"/>.</exception>
    public static byte[] ReadBytes(JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.TryGetBytesFromBase64(out var bytes)
                    ? bytes
                    : throw new FormatException($"{name} is not base64 (standard alphabet, padded)");
            case JsonValueKind.Array:
                var numbers = new byte[value.GetArrayLength()];
                var at = 0;
                foreach (var number in value.EnumerateArray())
                {
                    if (number.ValueKind != JsonValueKind.Number || !number.TryGetByte(out numbers[at++]))
                    {
                        CryptographicOperations.ZeroMemory(numbers);
                        throw new FormatException($"{name} holds something that is not a byte");
                    }
                }
                return numbers;
            default:
                throw new FormatException($"{name} is neither base64 text nor an array of bytes");
        }
    }

    /// <summary>Whether a text begins with a brace.</summary>
    public static bool BeginsWithBrace(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && JsonMarshal.GetRawUtf8Value(value) is [(byte)'"', (byte)'{', ..];

    /// <summary>A text in UTF-8, without a string in between that nobody could zero.</summary>
    /// <exception cref="InvalidOperationException">Not valid Unicode.</exception>
    public static byte[] Utf8Text(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        var buffer = new byte[raw.Length];
        var length = reader.CopyString(buffer);
        var text = buffer[..length];
        CryptographicOperations.ZeroMemory(buffer);
        return text;
    }
}
