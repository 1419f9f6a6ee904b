using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Sealing;

namespace Coffer.KeyBroker.RootKeys.Tpm;

/// <summary>What a TPM sealed, as members of the sealed root key's file: <c>bank</c>, <c>pcrs</c> by number in hex, and TPM structures in base64.</summary>
internal static class TpmSealedSecretJson
{
    private const int MostRegisters = 24;

    public static JsonObject Write(TpmSealedSecret secret)
    {
        var pcrs = new JsonObject();
        foreach (var (register, value) in secret.Registers) pcrs[register.ToString(CultureInfo.InvariantCulture)] = Convert.ToHexStringLower(value.Span);
        return new JsonObject
        {
            ["bank"] = "sha256", ["pcrs"] = pcrs, ["public"] = Convert.ToBase64String(secret.Public.Span),
            ["private"] = Convert.ToBase64String(secret.Private.Span), ["ciphertext"] = Convert.ToBase64String(secret.Ciphertext.Span),
        };
    }

    /// <exception cref="BrokerException">Exit status 4: it does not read.</exception>
    public static TpmSealedSecret Read(string path, JsonObject json)
    {
        try
        {
            if ((string)json["bank"]! != "sha256") throw new FormatException("another bank");
            var pcrs = json["pcrs"]!.AsObject();
            if (pcrs.Count is 0 or > MostRegisters) throw new FormatException("no registers");
            var registers = pcrs.Select(p => KeyValuePair.Create(int.Parse(p.Key, NumberStyles.None, CultureInfo.InvariantCulture), (ReadOnlyMemory<byte>)Convert.FromHexString((string)p.Value!)));
            return new TpmSealedSecret([.. registers.OrderBy(r => r.Key)], Bytes(json, "public"), Bytes(json, "private"), Bytes(json, "ciphertext"));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException or ArgumentException or OverflowException)
        {
            throw SealedKeyFile.Damaged(path, e);
        }
    }

    private static byte[] Bytes(JsonObject json, string name) => Convert.FromBase64String((string)json[name]!);
}
