namespace Coffer.Attestation.Tpm.Structures;

/// <summary>TPMU_ATTEST (TPM 2.0 Library Part 2, section 10.12.7): <see cref="TpmQuoted"/> or <see cref="TpmCertified"/>.</summary>
internal abstract record TpmAttested
{
    private protected TpmAttested()
    {
    }
}

/// <summary>TPMS_QUOTE_INFO (section 10.12.1).</summary>
/// <param name="Selections">Which registers.</param>
/// <param name="PcrDigest">Digest of their values, with the hash of the signing scheme.</param>
internal sealed record TpmQuoted(IReadOnlyList<TpmPcrSelection> Selections, ReadOnlyMemory<byte> PcrDigest) : TpmAttested;

/// <summary>TPMS_CERTIFY_INFO (section 10.12.3).</summary>
/// <param name="Name">Name of the certified object.</param>
/// <param name="QualifiedName">Its name with those of its parents.</param>
internal sealed record TpmCertified(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> QualifiedName) : TpmAttested;
