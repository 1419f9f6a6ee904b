using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Enrolment;

/// <summary>Answers an enrolment: a secret that only the TPM with the endorsement key and that attestation key can read.</summary>
/// <param name="Enrolment">The enrolment's id, for the second step.</param>
/// <param name="CredentialBlob">TPM2B_ID_OBJECT.</param>
/// <param name="EncryptedSecret">TPM2B_ENCRYPTED_SECRET.</param>
/// <param name="Nonce">32 bytes.</param>
public sealed record EnrolmentChallenge(string Enrolment, byte[] CredentialBlob, byte[] EncryptedSecret, byte[] Nonce)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static EnrolmentChallenge Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the broker's enrolment challenge", json =>
    {
        var id = json.Text("enrolment", 64);
        if (id.Length == 0 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) throw json.Wrong("has an id that is none");
        return new EnrolmentChallenge(id, json.Bytes("credential_blob", 512), json.Bytes("encrypted_secret", 1024), json.Bytes("nonce", 64));
    });

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        json.WriteString("enrolment", Enrolment);
        json.WriteBase64String("credential_blob", CredentialBlob);
        json.WriteBase64String("encrypted_secret", EncryptedSecret);
        json.WriteBase64String("nonce", Nonce);
    });
}
