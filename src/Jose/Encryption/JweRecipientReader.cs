using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Encryption;

/// <summary>
/// Judges one recipient. What spoils the whole envelope (no `alg`, `zip`) is an exception; what only makes this recipient
/// unusable is kept as its refusal, so that the others can still be opened and all can be listed.
/// </summary>
internal static class JweRecipientReader
{
    public static JweRecipientInfo Read(int index, int count, JoseHeader header, byte[] encryptedKey)
    {
        var alg = header.GetString("alg") ?? throw JoseException.Malformed($"JWE: recipient {index} has no \"alg\"");
        var enc = header.GetString("enc") ?? throw JoseException.Malformed($"JWE: recipient {index} has no \"enc\"");
        if (header.Contains("zip"))
        {
            throw JoseException.Unsupported("JWE: compressed content (\"zip\") is refused: its length cannot be known before it is inflated");
        }

        var algorithm = KeyAlgorithm.Find(alg);
        var (agreement, refusal) = (null as KeyAgreement, null as string);
        if (algorithm is null)
        {
            refusal = KeyAlgorithm.RefusalOf(alg);
        }
        else if (ContentAlgorithm.Find(enc) is null)
        {
            refusal = $"content encryption {BoundedJson.Shown(enc)} is not supported";
        }
        else if (algorithm.HasNoEncryptedKey)
        {
            refusal = count > 1 ? $"{alg} cannot be shared by several recipients"
                : encryptedKey.Length > 0 ? $"{alg} has no encrypted key, but one is there"
                : null;
        }

        if (refusal is null && algorithm!.KeyType == JwkType.EllipticCurve)
        {
            (agreement, refusal) = ReadAgreement(header);
        }

        return new JweRecipientInfo(index, header, encryptedKey)
        {
            Algorithm = alg,
            ContentEncryption = enc,
            EphemeralCurve = agreement?.Ephemeral.Curve.Name ?? CurveOf(header),
            Refusal = refusal,
            KeyAlgorithm = algorithm,
            Agreement = agreement,
        };
    }

    private static (KeyAgreement? Agreement, string? Refusal) ReadAgreement(JoseHeader header)
    {
        try
        {
            return (KeyAgreement.Read(header), null);
        }
        catch (JoseException e)
        {
            return (null, $"its key agreement is unusable: {e.Message}");
        }
    }

    private static string? CurveOf(JoseHeader header) =>
        header.Find("epk") is { ValueKind: JsonValueKind.Object } epk
        && epk.TryGetProperty("crv", out var curve)
        && curve.ValueKind == JsonValueKind.String
            ? curve.GetString()
            : null;
}
