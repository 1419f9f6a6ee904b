namespace Coffer.Attestation.Tpm.Structures;

/// <summary>What a public area says that RSA and elliptic-curve keys do not share: <see cref="TpmRsaKey"/> or <see cref="TpmEccKey"/>.</summary>
public abstract record TpmPublicKey
{
    private protected TpmPublicKey()
    {
    }

    /// <summary>Its type, as TPMT_PUBLIC begins with it.</summary>
    internal abstract TpmAlgorithm Type { get; }

    internal abstract void WriteParameters(TpmWriter writer);

    internal abstract void WriteUnique(TpmWriter writer);
}
