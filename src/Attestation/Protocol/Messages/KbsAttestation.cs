using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Messages;

/// <summary>Evidence and what it is bound to: <c>POST attest</c>.</summary>
/// <param name="Nonce">The nonce that the guest says it answers; null before 0.4.0, where only the evidence tells.</param>
/// <param name="Key">The key that secrets are to be sealed to.</param>
/// <param name="Evidence">The TEE's own document; independent of the text that it was read from.</param>
/// <param name="AdditionalEvidence">Evidence of further devices as the text that it is; empty where there is none.</param>
public sealed record KbsAttestation(string? Nonce, TeePublicKey Key, JsonElement Evidence, string AdditionalEvidence = "")
{
    /// <summary>The longest message that is read, in bytes: the protocol's own bound.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    private const int MostValues = 65_536; // JSON values in evidence; reports written as lists of numbers have a few thousand
    private const string What = "the attestation";

    /// <summary>Whether it carries init-data, which no verifier here binds: see the verifier's claims.</summary>
    public bool HasInitData { get; init; }

    /// <summary>Reads one.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="version">The version of the session's request.</param>
    /// <param name="allowRsa15">Whether a key of an old guest may ask for <c>RSA1_5</c>; never at 0.2.0 and above.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/> or <see cref="AttestationFault.Unsupported"/>.</exception>
    public static KbsAttestation Parse(ReadOnlyMemory<byte> utf8, KbsVersion version, bool allowRsa15 = false) => MessageObject.Read(utf8, MostBytes, What, json =>
    {
        var attestation = version == KbsVersion.V040 ? ReadCurrent(json) : ReadOld(json, version, allowRsa15);
        var left = MostValues;
        CountValues(attestation.Evidence, ref left);
        return attestation with { HasInitData = json.Has("init-data") };
    });

    /// <summary>Writes it in the current version.</summary>
    public static byte[] Write(string nonce, TeePublicKey key, JsonObject evidence) => MessageJson.Write(json =>
    {
        json.WriteStartObject("runtime-data");
        json.WriteString("nonce", nonce);
        json.WritePropertyName("tee-pubkey");
        json.WriteRawValue(key.Canonical);
        json.WriteEndObject();
        json.WriteStartObject("tee-evidence");
        json.WritePropertyName("primary_evidence");
        evidence.WriteTo(json);
        json.WriteString("additional_evidence", "");
        json.WriteEndObject();
    });

    private static KbsAttestation ReadCurrent(MessageObject json)
    {
        var runtime = json.Object("runtime-data");
        var evidence = json.Object("tee-evidence");
        return new KbsAttestation(
            runtime.Text("nonce", 1024), TeePublicKey.Parse(runtime.Required("tee-pubkey")), evidence.Required("primary_evidence").Clone(),
            evidence.OptionalText("additional_evidence", MostBytes) ?? "");
    }

    private static KbsAttestation ReadOld(MessageObject json, KbsVersion version, bool allowRsa15)
    {
        var key = TeePublicKey.Parse(json.Required("tee-pubkey"), allowRsa15 && version < KbsVersion.V020);
        return new KbsAttestation(null, key, version == KbsVersion.V010 ? EvidenceInText(json) : json.Required("tee-evidence").Clone());
    }

    private static JsonElement EvidenceInText(MessageObject json)
    {
        var text = Encoding.UTF8.GetBytes(json.Text("tee-evidence", MostBytes));
        return MessageObject.Read(text, MostBytes, $"{What}: 'tee-evidence'", evidence => evidence.Whole.Clone());
    }

    private static void CountValues(JsonElement value, ref int left)
    {
        if (--left < 0) throw new AttestationException(AttestationFault.Malformed, $"{What} has evidence of more than {MostValues} JSON values");
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) CountValues(item, ref left);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject()) CountValues(member.Value, ref left);
        }
    }
}
