namespace Coffer.Attestation.Tpm.Structures;

/// <summary>TPM_ECC_CURVE (TPM 2.0 Library Part 2, section 6.4): the curves that are known here.</summary>
internal enum TpmCurve : ushort
{
    /// <summary>No curve.</summary>
    None = 0x0000,

    /// <summary>NIST P-256.</summary>
    P256 = 0x0003,

    /// <summary>NIST P-384.</summary>
    P384 = 0x0004,

    /// <summary>NIST P-521.</summary>
    P521 = 0x0005,
}
