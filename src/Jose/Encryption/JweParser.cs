using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Encryption;

/// <summary>The parts of a JWE, decoded, with the spelling that its tag covers.</summary>
internal sealed record JweParts(
    JweSerialization Serialization,
    byte[] AuthenticatedText,
    byte[] Iv,
    byte[] Ciphertext,
    byte[] Tag,
    IReadOnlyList<JweRecipientInfo> Recipients);

/// <summary>Reads the three serializations of RFC 7516 sections 3.1 and 7.2.</summary>
internal static class JweParser
{
    public const int MaxBytes = 4 * 1024 * 1024;
    public const int MaxRecipients = 256;
    private const int MaxEncryptedKeyBytes = 4096;
    private const string What = "JWE";

    public static JweParts Parse(ReadOnlyMemory<byte> text)
    {
        if (text.Length > MaxBytes)
        {
            throw JoseException.Malformed($"JWE has {text.Length} bytes, more than the {MaxBytes} allowed");
        }

        return text.Span.StartsWith("{"u8) ? BoundedJson.ReadObject(text, MaxBytes, What, ParseJson) : ParseCompact(text.Span);
    }

    private static JweParts ParseCompact(ReadOnlySpan<byte> text)
    {
        Span<Range> parts = stackalloc Range[6];
        var count = 0;
        foreach (var part in text.Split((byte)'.'))
        {
            if (count == 5)
            {
                count++;
                break;
            }

            parts[count++] = part;
        }

        if (count != 5)
        {
            throw JoseException.Malformed("JWE is neither a JSON object nor five parts joined by dots");
        }

        var spelling = text[parts[0]].ToArray();
        var header = JoseHeader.Unite(JoseHeader.Parse(StrictBase64Url.Decode(spelling, "JWE: protected header"), "JWE: protected header"));
        var encryptedKey = StrictBase64Url.Decode(text[parts[1]], "JWE: encrypted key");
        var recipient = JweRecipientReader.Read(0, 1, header, encryptedKey);
        return Checked(new JweParts(
            JweSerialization.Compact,
            spelling,
            StrictBase64Url.Decode(text[parts[2]], "JWE: initialization vector"),
            StrictBase64Url.Decode(text[parts[3]], "JWE: ciphertext"),
            StrictBase64Url.Decode(text[parts[4]], "JWE: tag"),
            [recipient]));
    }

    private static JweParts ParseJson(JsonElement root)
    {
        var spelling = BoundedJson.OptionalSpelling(root, "protected", What);
        var protectedPart = spelling is { Length: > 0 }
            ? JoseHeader.Parse(StrictBase64Url.Decode(spelling, "JWE: \"protected\""), "JWE: \"protected\"")
            : null;
        var shared = root.TryGetProperty("unprotected", out var unprotected)
            ? JoseHeader.Read(unprotected, "JWE: \"unprotected\"")
            : null;
        var general = root.TryGetProperty("recipients", out var list);
        var recipients = general
            ? ReadRecipients(root, list, protectedPart, shared)
            : [ReadRecipient(root, 0, 1, protectedPart, shared)];
        return Checked(new JweParts(
            general ? JweSerialization.General : JweSerialization.Flattened,
            AuthenticatedText(root, spelling ?? []),
            BoundedJson.RequiredBytes(root, "iv", What),
            BoundedJson.RequiredBytes(root, "ciphertext", What),
            BoundedJson.RequiredBytes(root, "tag", What),
            recipients));
    }

    private static byte[] AuthenticatedText(JsonElement root, byte[] protectedSpelling)
    {
        var aad = BoundedJson.OptionalSpelling(root, "aad", What);
        if (aad is null)
        {
            return protectedSpelling;
        }

        if (aad.Length == 0)
        {
            throw JoseException.Malformed("JWE: \"aad\" is empty, it should then be absent");
        }

        StrictBase64Url.Decode(aad, "JWE: \"aad\"");
        return [.. protectedSpelling, (byte)'.', .. aad];
    }

    private static List<JweRecipientInfo> ReadRecipients(
        JsonElement root, JsonElement list, Dictionary<string, JsonElement>? protectedPart, Dictionary<string, JsonElement>? shared)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxRecipients)
        {
            throw JoseException.Malformed($"JWE: \"recipients\" is not an array of 1 to {MaxRecipients}");
        }

        if (root.TryGetProperty("header", out _))
        {
            throw JoseException.Malformed("JWE: \"header\" stands beside \"recipients\"");
        }

        var recipients = new List<JweRecipientInfo>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw JoseException.Malformed("JWE: an entry of \"recipients\" is not an object");
            }

            recipients.Add(ReadRecipient(item, recipients.Count, list.GetArrayLength(), protectedPart, shared));
        }

        // Go's JOSE library repeats the first recipient's encrypted key beside the list, against RFC 7516 section 7.2.1.
        // The copy is tolerated as long as it is one.
        var repeated = BoundedJson.OptionalBytes(root, "encrypted_key", What);
        if (repeated is not null && !repeated.AsSpan().SequenceEqual(recipients[0].EncryptedKey))
        {
            throw JoseException.Malformed("JWE: \"encrypted_key\" beside \"recipients\" differs from the first recipient's");
        }

        return recipients[0].ContentEncryption is var enc && recipients.TrueForAll(r => r.ContentEncryption == enc)
            ? recipients
            : throw JoseException.Malformed("JWE: the recipients name different content encryptions");
    }

    private static JweRecipientInfo ReadRecipient(
        JsonElement item, int index, int count, Dictionary<string, JsonElement>? protectedPart, Dictionary<string, JsonElement>? shared)
    {
        var own = item.TryGetProperty("header", out var header) ? JoseHeader.Read(header, "JWE: \"header\"") : null;
        var encryptedKey = BoundedJson.OptionalBytes(item, "encrypted_key", What) ?? [];
        return JweRecipientReader.Read(index, count, JoseHeader.Unite(protectedPart, shared, own), encryptedKey);
    }

    private static JweParts Checked(JweParts parts)
    {
        if (parts.Recipients.Any(r => r.EncryptedKey.Length > MaxEncryptedKeyBytes))
        {
            throw JoseException.Malformed($"JWE: an encrypted key is longer than {MaxEncryptedKeyBytes} bytes");
        }

        if (ContentAlgorithm.Find(parts.Recipients[0].ContentEncryption) is { } content)
        {
            if (parts.Iv.Length != content.IvBytes)
            {
                throw JoseException.Malformed($"JWE: the initialization vector has {parts.Iv.Length} bytes, {content.Name} takes {content.IvBytes}");
            }

            if (parts.Tag.Length != content.TagBytes)
            {
                throw JoseException.Malformed($"JWE: the tag has {parts.Tag.Length} bytes, {content.Name} makes {content.TagBytes}");
            }
        }

        return parts;
    }
}
