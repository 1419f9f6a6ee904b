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
