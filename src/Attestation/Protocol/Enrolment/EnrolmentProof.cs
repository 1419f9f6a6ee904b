using System.Security.Cryptography;
using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Enrolment;

/// <summary>A quote as it travels: by the attestation key, over all 24 PCRs of the sha256 bank.</summary>
/// <param name="Message">TPMS_ATTEST.</param>
/// <param name="Signature">TPMT_SIGNATURE.</param>
/// <param name="Pcrs">24 values of 32 bytes, PCR 0 first.</param>
public sealed record EnrolmentQuoteMessage(byte[] Message, byte[] Signature, IReadOnlyList<byte[]> Pcrs);

/// <summary>The second step, <c>POST enroll/ID</c>: the secret out of the credential, and the machine as it is now.</summary>
/// <param name="Secret">What the TPM's ActivateCredential gave; the caller zeroes it.</param>
/// <param name="Quote">Bound to nonce and secret by <see cref="Binding"/>.</param>
public sealed record EnrolmentProof(byte[] Secret, EnrolmentQuoteMessage Quote)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 32 * 1024;

    /// <summary>What the quote carries: SHA-256 of a context, the nonce and the secret, 32 bytes.</summary>
    public static byte[] Binding(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> secret)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("coffer-enroll-1\0"u8);
        hash.AppendData(nonce);
        hash.AppendData(secret);
        return hash.GetHashAndReset();
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static EnrolmentProof Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the enrolment's proof", json =>
    {
        var quote = json.Object("quote");
        return new EnrolmentProof(json.Bytes("secret", 64), new EnrolmentQuoteMessage(quote.Bytes("message", 2048), quote.Bytes("signature", 2048), PcrList.Read(quote, "pcrs", 32)));
    });

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        json.WriteBase64String("secret", Secret);
        json.WriteStartObject("quote");
        json.WriteBase64String("message", Quote.Message);
        json.WriteBase64String("signature", Quote.Signature);
        json.WriteStartArray("pcrs");
        foreach (var pcr in Quote.Pcrs) json.WriteStringValue(Convert.ToHexStringLower(pcr));
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Keeps the secret out of every printed form.</summary>
    public override string ToString() => nameof(EnrolmentProof);
}
