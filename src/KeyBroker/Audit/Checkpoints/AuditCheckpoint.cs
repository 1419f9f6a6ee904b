using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Jose;

namespace Coffer.KeyBroker.Audit.Checkpoints;

/// <summary>
/// A statement of where all chains ended at a moment, to be signed (docs/broker/audit.md). As JSON
/// <c>{"v":1,"number","time","heads":[{"writer","seq","hash"}],"previous"}</c>.
/// </summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Time">When, by the broker's clock.</param>
/// <param name="Heads">Of every chain, by writer.</param>
/// <param name="Previous">SHA-256 of the text of the checkpoint before it, 64 hexadecimal digits; null for the first.</param>
internal sealed record AuditCheckpoint(long Number, DateTimeOffset Time, IReadOnlyList<AuditHead> Heads, string? Previous)
{
    /// <summary>The longest signed text that is read, in bytes.</summary>
    public const int MostBytes = 1024 * 1024;

    private const string Algorithm = "ES256", Type = "coffer-audit-checkpoint+jws";
    private const int MostHeads = 4096;

    /// <summary>What the next one names as its previous.</summary>
    public static string HashOf(string signed) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(signed)));

    /// <summary>The statement as a compact JWS (RFC 7515) by ECDSA on P-256.</summary>
    /// <param name="key">P-256 with its private half, and a <c>kid</c>.</param>
    public string Sign(Jwk key) => Jws.Sign(Payload(), [new JwkSigner(key, Algorithm)], JwsSerialization.Compact, header => header.WriteString("typ", Type));

    /// <summary>Reads a statement and checks its signature.</summary>
    /// <param name="signed">The compact JWS.</param>
    /// <param name="key">The public key.</param>
    /// <exception cref="JoseException">The signature does not hold, or it is no JWS.</exception>
    /// <exception cref="FormatException">What is signed is no checkpoint.</exception>
    public static AuditCheckpoint Open(string signed, Jwk key)
    {
        if (signed.Length > MostBytes) throw new FormatException();
        var jws = Jws.Parse(signed);
        if (jws.Serialization != JwsSerialization.Compact || jws.Signatures[0].Header.GetString("typ") != Type) throw new FormatException();
        return Read(jws.Verify(new JwkVerifier(key, Algorithm)).Payload);
    }

    /// <summary>Reads one of the broker's own store, whose signature nobody asks for.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static AuditCheckpoint OfStore(string signed)
    {
        try
        {
            return Read(Jws.Parse(signed).UnverifiedPayload);
        }
        catch (JoseException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private byte[] Payload()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, 1);
            json.WriteNumber("number"u8, Number);
            json.WriteString("time"u8, Time.UtcDateTime.ToString(AuditCodec.TimeForm, CultureInfo.InvariantCulture));
            json.WriteStartArray("heads"u8);
            foreach (var head in Heads)
            {
                json.WriteStartObject();
                json.WriteString("writer"u8, head.Writer);
                json.WriteNumber("seq"u8, head.Sequence);
                json.WriteString("hash"u8, head.Hash);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteString("previous"u8, Previous);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static AuditCheckpoint Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var root = document.RootElement;
            var heads = root.GetProperty("heads"u8);
            if (root.GetProperty("v"u8).GetInt32() != 1 || heads.GetArrayLength() > MostHeads) throw new FormatException();
            var time = DateTimeOffset.ParseExact(root.GetProperty("time"u8).GetString() ?? "", AuditCodec.TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return new AuditCheckpoint(root.GetProperty("number"u8).GetInt64(), time, [.. heads.EnumerateArray().Select(Head)], root.GetProperty("previous"u8).GetString());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("no checkpoint", e);
        }
    }

    private static AuditHead Head(JsonElement head)
    {
        var read = new AuditHead(head.GetProperty("writer"u8).GetString() ?? "", head.GetProperty("seq"u8).GetInt64(), head.GetProperty("hash"u8).GetString() ?? "");
        return AuditWriter.IsId(read.Writer) && read.Sequence > 0 ? read : throw new FormatException();
    }
}
