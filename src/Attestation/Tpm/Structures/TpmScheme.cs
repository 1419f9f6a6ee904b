namespace Coffer.Attestation.Tpm.Structures;

/// <summary>
/// TPMT_RSA_SCHEME, TPMT_ECC_SCHEME or TPMT_KDF_SCHEME (TPM 2.0 Library Part 2, sections 11.2.4.2, 11.2.5.6 and 11.2.3.3): an
/// algorithm and, except where there is none or it is RSAES, the hash that goes with it.
/// </summary>
/// <param name="Algorithm">The scheme; <see cref="TpmAlgorithm.Null"/>: chosen at use.</param>
/// <param name="Hash">Its hash; <see cref="TpmAlgorithm.None"/> where it has none.</param>
internal sealed record TpmScheme(TpmAlgorithm Algorithm, TpmAlgorithm Hash = TpmAlgorithm.None)
{
    private const ushort EcDaa = 0x001A;

    /// <summary>None: chosen at use.</summary>
    public static TpmScheme Null { get; } = new(TpmAlgorithm.Null);

    /// <summary>Reads it.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, or <see cref="AttestationFault.Unsupported"/>
    /// for ECDAA.</exception>
    public static TpmScheme Read(ref TpmReader reader)
    {
        var algorithm = reader.ReadAlgorithm();
        if (algorithm is TpmAlgorithm.Null or TpmAlgorithm.RsaEs) return new TpmScheme(algorithm);
        if ((ushort)algorithm == EcDaa) throw reader.Unsupported("is for ECDAA, which is not known here");
        var hash = reader.ReadAlgorithm();
        if (hash == TpmAlgorithm.None) throw reader.Malformed("has a scheme without a hash");
        return new TpmScheme(algorithm, hash);
    }

    /// <summary>Writes it.</summary>
    public void Write(TpmWriter writer)
    {
        writer.Algorithm(Algorithm);
        if (Hash != TpmAlgorithm.None) writer.Algorithm(Hash);
    }
}
