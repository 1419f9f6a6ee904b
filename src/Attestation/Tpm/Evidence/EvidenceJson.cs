using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Evidence;

/// <summary>
/// The evidence of a TPM as JSON: the members of CoCo's own attester, and beside them <c>coffer</c>, which a verifier of CoCo's ignores
/// (docs/attestation/tpm-node.md).
/// </summary>
internal static class EvidenceJson
{
    /// <summary>How much of the report's digest a quote carries, in bytes.</summary>
    public const int ExtraDataBytes = 32;

    /// <summary>What the second quote carries: the digest in full, and the label.</summary>
    /// <param name="digest">Of the report.</param>
    /// <param name="hostUuid">Null where there is none.</param>
    public static byte[] SecondExtraData(ReadOnlySpan<byte> digest, string? hostUuid) =>
        SHA256.HashData([.. "coffer-tpm-evidence-1\0"u8, .. digest, .. SHA256.HashData(Encoding.UTF8.GetBytes(hostUuid ?? ""))]);

    /// <summary>The members of CoCo's, for an RSA key.</summary>
    public static void AddCoco(JsonObject evidence, LoadedKey ak, QuotedPcrs quoted)
    {
        using var rsa = RSA.Create(((TpmRsaKey)ak.Public.Key).ToParameters());
        evidence["ak_public"] = Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo());
        var quote = Signed(quoted.Quote);
        quote["pcrs"] = Texts(quoted.Hex(TpmAlgorithm.Sha256));
        evidence["tpm_quote"] = quote;
    }

    /// <summary>The second quote, over whatever banks.</summary>
    public static JsonObject SecondQuote(QuotedPcrs quoted)
    {
        var banks = new JsonObject();
        foreach (var bank in quoted.Banks) banks[TpmHash.Name(bank.Bank)] = Texts(quoted.Hex(bank.Bank));
        var quote = Signed(quoted.Quote);
        quote["banks"] = banks;
        return quote;
    }

    /// <summary>The binding key with its certification.</summary>
    public static JsonObject BindingKey(StoredKey key, IReadOnlyList<TpmPcrSelection> bound, Commands.Attestation certified)
    {
        var json = new JsonObject
        {
            ["public"] = Convert.ToBase64String(key.Public.ToSizedBytes()),
            ["attest"] = Convert.ToBase64String(certified.Message),
            ["signature"] = Convert.ToBase64String(certified.Signature),
        };
        if (bound.Count > 0) json["pcrs"] = new JsonArray([.. bound[0].Selected.Select(register => (JsonNode)register)]);
        return json;
    }

    private static JsonObject Signed(Commands.Attestation attestation) => new()
    {
        ["signature"] = Convert.ToBase64String(attestation.Signature),
        ["message"] = Convert.ToBase64String(attestation.Message),
    };

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
