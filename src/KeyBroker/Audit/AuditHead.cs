using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>Where a chain ends.</summary>
/// <param name="Writer">Whose chain: 16 hexadecimal digits.</param>
/// <param name="Sequence">The last entry's.</param>
/// <param name="Hash">SHA-256 of that entry, 64 hexadecimal digits.</param>
internal sealed record AuditHead(string Writer, long Sequence, string Hash)
{
    /// <summary>As a person keeps it for <c>--expect-head</c>: <c>WRITER:SEQUENCE:HASH</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Writer}:{Sequence}:{Hash}");

    /// <summary>Reads heads as they were printed, several of them with commas or blanks between them.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: not of that form.</exception>
    public static IReadOnlyList<AuditHead> Parse(string text)
    {
        if (text.Length > 100_000) throw Malformed();
        return [.. text.Split([',', ' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];
    }

    /// <summary>The record: the head with HMAC-SHA-256 over it, by a key that only brokers with the root key have.</summary>
    /// <param name="key">Of that generation.</param>
    /// <param name="generation">The root key's, told where it is not the first.</param>
    internal byte[] Seal(SecretBytes key, byte generation = RingState.First)
    {
        var named = generation == RingState.First ? "" : string.Create(CultureInfo.InvariantCulture, $""","key":{generation}""");
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"v":1,"seq":{{Sequence}},"hash":"{{Hash}}","mac":"{{Convert.ToHexStringLower(Mac(key))}}"{{named}}}"""));
    }

    /// <summary>The same, under the generation that is sealed under now.</summary>
    internal byte[] Seal(KeyRing ring)
    {
        var (generation, key) = ring.Sealing(Collections.AuditHeads, AuditLog.HeadPurpose);
        return Seal(key, generation);
    }

    /// <summary>Null where the record is no head, or not one of that writer under the generation that it names.</summary>
    internal static AuditHead? Open(string writer, ReadOnlyMemory<byte> record, KeyRing ring) => GenerationOf(record) is { } generation
        ? Open(writer, record, ring.Key(generation, AuditLog.HeadPurpose, () => AuditBreak.OfHead(writer, "was changed, or written under another root key")))
        : null;

    /// <summary>Under which generation of the root key a head is authenticated; null where the record is no head.</summary>
    internal static byte? GenerationOf(ReadOnlyMemory<byte> record)
    {
        if (record.Length > 1024) return null;
        try
        {
            using var document = JsonDocument.Parse(record, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            return document.RootElement.TryGetProperty("key"u8, out var named) ? named.GetByte() : RingState.First;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Null where the record is no head, or not one of that writer under that key.</summary>
    internal static AuditHead? Open(string writer, ReadOnlyMemory<byte> record, SecretBytes key)
    {
        if (record.Length > 1024) return null;
        try
        {
            using var document = JsonDocument.Parse(record, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.GetProperty("v"u8).GetInt32() != 1) return null;
            var head = new AuditHead(writer, root.GetProperty("seq"u8).GetInt64(), root.GetProperty("hash"u8).GetString() ?? "");
            var mac = Convert.FromHexString(root.GetProperty("mac"u8).GetString() ?? "");
            return CryptographicOperations.FixedTimeEquals(mac, head.Mac(key)) ? head : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    private byte[] Mac(SecretBytes key)
    {
        // Writer and hash have fixed lengths wherever a head is ours.
        byte[] message = [.. "coffer-audit-head-1\0"u8, .. Encoding.UTF8.GetBytes(Writer), 0, .. new byte[sizeof(long)], .. Encoding.UTF8.GetBytes(Hash)];
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan("coffer-audit-head-1\0"u8.Length + Encoding.UTF8.GetByteCount(Writer) + 1), Sequence);
        return HMACSHA256.HashData(key.Span, message);
    }

    private static AuditHead ParseOne(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 3 || !AuditWriter.IsId(parts[0]) || parts[2].Length != 64 || !parts[2].All(char.IsAsciiHexDigitLower)) throw Malformed();
        if (!long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) || sequence < 1) throw Malformed();
        return new AuditHead(parts[0], sequence, parts[2]);
    }

    private static BrokerException Malformed() => new(BrokerFault.BadRequest, "the expected head is not of the form WRITER:SEQUENCE:HASH", "give it as audit verify printed it");
}
