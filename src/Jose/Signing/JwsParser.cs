using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Signing;

internal sealed record JwsParts(JwsSerialization Serialization, byte[] Payload, IReadOnlyList<JwsSignatureInfo> Signatures);

/// <summary>Reads the three serializations of RFC 7515 sections 3.1 and 7.2.</summary>
internal static class JwsParser
{
    public const int MaxBytes = 4 * 1024 * 1024;
    public const int MaxSignatures = 32;
    private const string What = "JWS";

    public static JwsParts Parse(ReadOnlyMemory<byte> text)
    {
        if (text.Length > MaxBytes)
        {
            throw JoseException.Malformed($"JWS has {text.Length} bytes, more than the {MaxBytes} allowed");
        }

        return text.Span.StartsWith("{"u8) ? BoundedJson.ReadObject(text, MaxBytes, What, ParseJson) : ParseCompact(text.Span);
    }

    private static JwsParts ParseCompact(ReadOnlySpan<byte> text)
    {
        var first = text.IndexOf((byte)'.');
        var last = text.LastIndexOf((byte)'.');
        if (first < 0 || first == last || text[(first + 1)..last].Contains((byte)'.'))
        {
            throw JoseException.Malformed("JWS is neither a JSON object nor three parts joined by dots");
        }

        var spelling = text[(first + 1)..last];
        var payload = StrictBase64Url.Decode(spelling, "JWS: payload");
        var signature = Read(0, text[..first].ToArray(), null, spelling, StrictBase64Url.Decode(text[(last + 1)..], "JWS: signature"));
        return new JwsParts(JwsSerialization.Compact, payload, [signature]);
    }

    private static JwsParts ParseJson(JsonElement root)
    {
        var spelling = BoundedJson.OptionalSpelling(root, "payload", What)
            ?? throw JoseException.Malformed("JWS: \"payload\" is missing");
        var payload = StrictBase64Url.Decode(spelling, "JWS: \"payload\"");
        if (!root.TryGetProperty("signatures", out var list))
        {
            return new JwsParts(JwsSerialization.Flattened, payload, [ReadSignature(root, 0, spelling)]);
        }

        if (root.TryGetProperty("signature", out _) || root.TryGetProperty("protected", out _) || root.TryGetProperty("header", out _))
        {
            throw JoseException.Malformed("JWS: members of a single signature stand beside \"signatures\"");
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxSignatures)
        {
            throw JoseException.Malformed($"JWS: \"signatures\" is not an array of 1 to {MaxSignatures}");
        }

        var signatures = new List<JwsSignatureInfo>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw JoseException.Malformed("JWS: an entry of \"signatures\" is not an object");
            }

            signatures.Add(ReadSignature(item, signatures.Count, spelling));
        }

        return new JwsParts(JwsSerialization.General, payload, signatures);
    }

    private static JwsSignatureInfo ReadSignature(JsonElement item, int index, byte[] payload)
    {
        var own = item.TryGetProperty("header", out var header) ? JoseHeader.Read(header, "JWS: \"header\"") : null;
        var spelling = BoundedJson.OptionalSpelling(item, "protected", What) ?? [];
        return Read(index, spelling, own, payload, BoundedJson.RequiredBytes(item, "signature", What));
    }

    private static JwsSignatureInfo Read(
        int index, byte[] protectedSpelling, Dictionary<string, JsonElement>? own, ReadOnlySpan<byte> payload, byte[] signature)
    {
        const string name = "JWS: protected header";
        var protectedPart = protectedSpelling.Length > 0 ? JoseHeader.Parse(StrictBase64Url.Decode(protectedSpelling, name), name) : null;
        var header = JoseHeader.Unite(protectedPart, own);
        var algorithm = header.GetString("alg") ?? throw JoseException.Malformed($"JWS: signature {index} has no \"alg\"");
        byte[] signingInput = [.. protectedSpelling, (byte)'.', .. payload];
        return new JwsSignatureInfo(index, header, algorithm, signingInput, signature);
    }
}
