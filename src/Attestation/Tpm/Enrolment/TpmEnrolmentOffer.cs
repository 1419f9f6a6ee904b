using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Enrolment;

/// <summary>What a node offers for its enrolment; nothing of it is secret.</summary>
public sealed class TpmEnrolmentOffer
{
    internal TpmEnrolmentOffer(EndorsementKey ek, TpmPublic ak, string? hostUuid)
    {
        (Kind, HostUuid) = (ek.Kind, hostUuid);
        // Assigned as it is, a missing array would become an empty memory.
        if (ek.Certificate is { } certificate) EkCertificate = certificate;
        EkPublic = ek.Key.Public.ToSizedBytes();
        AkPublic = ak.ToSizedBytes();
        AkName = Convert.ToHexStringLower(ak.ComputeName());
    }

    /// <summary>The vendor's certificate of the endorsement key, in DER; null where there is none.</summary>
    public ReadOnlyMemory<byte>? EkCertificate { get; }

    /// <summary>TPM2B_PUBLIC of the endorsement key.</summary>
    public ReadOnlyMemory<byte> EkPublic { get; }

    /// <summary>TPM2B_PUBLIC of the attestation key.</summary>
    public ReadOnlyMemory<byte> AkPublic { get; }

    /// <summary>Name of the attestation key in lower-case hexadecimal digits.</summary>
    public string AkName { get; }

    /// <summary>The machine's UUID as a label; null where there is none.</summary>
    public string? HostUuid { get; }

    internal EndorsementKeyKind Kind { get; }
}
