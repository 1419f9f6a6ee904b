using Coffer.Attestation.Protocol.Json;

namespace Coffer.Attestation.Protocol.Enrolment;

/// <summary>A machine's wish to be known: <c>POST enroll</c>. Carries no credential.</summary>
/// <param name="EkCertificate">The endorsement key's certificate, DER; null where the TPM has none.</param>
/// <param name="EkPublic">The endorsement key, TPM2B_PUBLIC.</param>
/// <param name="AkPublic">The attestation key, TPM2B_PUBLIC.</param>
/// <param name="JoinToken">Speeds approval up where a rule says so; null without one.</param>
/// <param name="Name">What operators will see; a label, at most 128 characters.</param>
/// <param name="HostUuid">A label, at most 64 characters.</param>
public sealed record EnrolmentRequest(byte[]? EkCertificate, byte[] EkPublic, byte[] AkPublic, string? JoinToken, string? Name, string? HostUuid)
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MostBytes = 64 * 1024;

    internal const int MostCertificateBytes = 16 * 1024, MostPublicBytes = 2048;

    /// <summary>Reads one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static EnrolmentRequest Parse(ReadOnlyMemory<byte> utf8) => MessageObject.Read(utf8, MostBytes, "the enrolment", json => new EnrolmentRequest(
        json.OptionalBytes("ek_certificate", MostCertificateBytes), json.Bytes("ek_public", MostPublicBytes), json.Bytes("ak_public", MostPublicBytes),
        json.OptionalText("join_token", 512), json.OptionalText("name", 128), json.OptionalText("host_uuid", 64)));

    /// <summary>Writes it.</summary>
    public byte[] ToJson() => MessageJson.Write(json =>
    {
        if (EkCertificate is { } certificate) json.WriteBase64String("ek_certificate", certificate);
        else json.WriteNull("ek_certificate");
        json.WriteBase64String("ek_public", EkPublic);
        json.WriteBase64String("ak_public", AkPublic);
        json.WriteString("join_token", JoinToken);
        json.WriteString("name", Name);
        json.WriteString("host_uuid", HostUuid);
    });

    /// <summary>Keeps the join token out of every printed form.</summary>
    public override string ToString() => $"enrolment of {Oci.Printable.Of(Name)}";
}
