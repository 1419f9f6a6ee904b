using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Pkcs11.Keys;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>
/// The annotation's JSON: <c>{"version":0,"recipients":[{"version":0,"blob":"BASE64","hash":"sha1"}]}</c>. Each blob is the private
/// options under RSA-OAEP, without a content key in between; nothing tells whose it is.
/// </summary>
internal static class Pkcs11Packet
{
    private const int MaximumLength = 1024 * 1024;
    private const int MaximumRecipients = 256;
    private const int MaximumBlob = 2048; // bytes: RSA with 16384 bits
    private static readonly JsonDocumentOptions s_reading = new() { MaxDepth = 8, AllowDuplicateProperties = false };
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // base64's + stays a +

    /// <exception cref="MalformedPacketException">Not of this form, of a newer version, or beyond the bounds.</exception>
    public static IReadOnlyList<Pkcs11PacketRecipient> Read(ReadOnlyMemory<byte> packet)
    {
        using var document = Parse(packet);
        return [.. Recipients(document.RootElement).EnumerateArray().Select(ReadRecipient)];
    }

    public static byte[] Write(IEnumerable<(byte[] Blob, OaepHash Hash)> recipients)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_writing))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, 0);
            json.WriteStartArray("recipients"u8);
            foreach (var (blob, hash) in recipients)
            {
                json.WriteStartObject();
                json.WriteNumber("version"u8, 0);
                json.WriteString("blob"u8, Convert.ToBase64String(blob));
                json.WriteString("hash"u8, NameOf(hash));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The packet without one recipient, members that are not known here included; null if nobody is left.</summary>
    public static byte[]? Without(ReadOnlyMemory<byte> packet, int recipient)
    {
        using var document = Parse(packet);
        var count = Recipients(document.RootElement).GetArrayLength();
        ArgumentOutOfRangeException.ThrowIfNegative(recipient);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(recipient, count);
        if (count == 1) return null;
        try
        {
            return Without(document.RootElement, recipient);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new MalformedPacketException("the pkcs11 packet holds what is no text", e); // an unpaired surrogate
        }
    }

    private static byte[] Without(JsonElement packet, int recipient)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_writing))
        {
            json.WriteStartObject();
            foreach (var member in packet.EnumerateObject())
            {
                if (!member.NameEquals("recipients"u8))
                {
                    member.WriteTo(json);
                    continue;
                }
                json.WriteStartArray("recipients"u8);
                foreach (var (index, item) in member.Value.EnumerateArray().Index())
                {
                    if (index != recipient) item.WriteTo(json);
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    public static string NameOf(OaepHash hash) => hash == OaepHash.Sha1 ? "sha1" : "sha256";

    private static JsonDocument Parse(ReadOnlyMemory<byte> packet)
    {
        if (packet.Length > MaximumLength) throw new MalformedPacketException($"the pkcs11 packet has more than {MaximumLength} bytes");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(packet, s_reading);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MalformedPacketException("the pkcs11 packet is not JSON", e);
        }
        try
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new MalformedPacketException("the pkcs11 packet is not a JSON object");
            var version = Version(document.RootElement) ?? throw new MalformedPacketException("the pkcs11 packet's version is not a number");
            if (version != 0) throw new MalformedPacketException($"the pkcs11 packet has version {version}; only version 0 is read");
            _ = Recipients(document.RootElement);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static JsonElement Recipients(JsonElement root)
    {
        if (!root.TryGetProperty("recipients"u8, out var recipients) || recipients.ValueKind != JsonValueKind.Array)
            throw new MalformedPacketException("the pkcs11 packet has no list of recipients");
        var count = recipients.GetArrayLength();
        return count is > 0 and <= MaximumRecipients
            ? recipients
            : throw new MalformedPacketException($"the pkcs11 packet has {count} recipients; 1 to {MaximumRecipients} are read");
    }

    // A recipient that cannot be used does not spoil the others: what is wrong with it is told where it is tried.
    private static Pkcs11PacketRecipient ReadRecipient(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object) return new([], OaepHash.Sha1, "it is not a JSON object");
        if (Version(item) is not { } version) return new([], OaepHash.Sha1, "its version is not a number");
        if (version != 0) return new([], OaepHash.Sha1, $"it has version {version}; only version 0 is read");
        var (hash, problem) = HashOf(item);
        if (problem is not null) return new([], hash, problem);
        if (!item.TryGetProperty("blob"u8, out var text) || text.ValueKind != JsonValueKind.String) return new([], hash, "it has no blob");
        // Line breaks are ignored, as Go's decoder does.
        if (!TryDecode(text, out var blob) || blob.Length is 0 or > MaximumBlob) return new([], hash, "its blob is not base64 of a sensible length");
        return new(blob, hash, null);
    }

    private static (OaepHash Hash, string? Problem) HashOf(JsonElement item)
    {
        // Writers before ocicrypt 1.1.4 left the hash out when it was SHA-1.
        if (!item.TryGetProperty("hash"u8, out var hash) || hash.ValueKind == JsonValueKind.Null) return (OaepHash.Sha1, null);
        if (hash.ValueKind != JsonValueKind.String) return (OaepHash.Sha1, "its hash is not a text");
        try
        {
            return hash.GetString() switch
            {
                "" or "sha1" => (OaepHash.Sha1, null),
                "sha256" => (OaepHash.Sha256, null),
                var other => (OaepHash.Sha1, $"its hash '{Printable.Of(other, 32)}' is neither sha1 nor sha256"),
            };
        }
        catch (InvalidOperationException)
        {
            return (OaepHash.Sha1, "its hash is not a text"); // an unpaired surrogate
        }
    }

    private static bool TryDecode(JsonElement text, out byte[] blob)
    {
        try
        {
            blob = Convert.FromBase64String(text.GetString()!);
            return true;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            blob = [];
            return false;
        }
    }

    private static uint? Version(JsonElement item)
    {
        if (!item.TryGetProperty("version"u8, out var version) || version.ValueKind == JsonValueKind.Null) return 0;
        return version.ValueKind == JsonValueKind.Number && version.TryGetUInt32(out var number) ? number : null;
    }
}
