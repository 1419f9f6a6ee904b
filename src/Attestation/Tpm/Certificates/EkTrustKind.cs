namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>What an operator installs to vouch for endorsement keys.</summary>
public enum EkTrustKind
{
    /// <summary>A self-signed certificate: where chains end.</summary>
    Root,

    /// <summary>A certificate between a root and the endorsement keys.</summary>
    Intermediate,

    /// <summary>A list of revoked certificates of one issuer.</summary>
    RevocationList,
}
