namespace Coffer.Attestation.Tpm.Keys;

/// <summary>Of which kind the attestation key is.</summary>
public enum AkAlgorithm
{
    /// <summary>RSA-2048, RSASSA with SHA-256: the only kind that CoCo's verifiers know.</summary>
    Rsa,

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    EllipticCurve,
}
