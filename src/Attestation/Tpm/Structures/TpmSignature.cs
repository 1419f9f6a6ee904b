namespace Coffer.Attestation.Tpm.Structures;

/// <summary>
/// TPMT_SIGNATURE (TPM 2.0 Library Part 2, section 11.3.4): <see cref="TpmRsaSignature"/> or <see cref="TpmEcdsaSignature"/>. Parsed
/// only; verifying is the verifier's.
/// </summary>
/// <param name="Algorithm">RSASSA, RSAPSS or ECDSA.</param>
/// <param name="Hash">The hash of the signed message, one that is known here.</param>
internal abstract record TpmSignature(TpmAlgorithm Algorithm, TpmAlgorithm Hash)
{
    private const int MostRsaBytes = 512;
    private const int MostScalarBytes = 66;

    /// <summary>Reads it.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, also where bytes follow;
    /// <see cref="AttestationFault.Unsupported"/>: of another algorithm or hash.</exception>
    public static TpmSignature Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new TpmReader(bytes, "the signature");
        var algorithm = reader.ReadAlgorithm();
        if (algorithm is not (TpmAlgorithm.RsaSsa or TpmAlgorithm.RsaPss or TpmAlgorithm.EcDsa)) throw reader.Unsupported($"is of the algorithm 0x{(ushort)algorithm:x4}");
        var hash = reader.ReadAlgorithm();
        if (!TpmHash.IsKnown(hash)) throw reader.Unsupported($"is over a hash of the algorithm 0x{(ushort)hash:x4}");
        TpmSignature signature = algorithm == TpmAlgorithm.EcDsa
            ? new TpmEcdsaSignature(hash, reader.ReadSized(MostScalarBytes, "scalar r").ToArray(), reader.ReadSized(MostScalarBytes, "scalar s").ToArray())
            : new TpmRsaSignature(algorithm, hash, reader.ReadSized(MostRsaBytes, "value").ToArray());
        reader.End();
        return signature;
    }

    /// <summary>As a TPMT_SIGNATURE.</summary>
    public byte[] ToBytes()
    {
        using var writer = new TpmWriter();
        WriteValue(writer.Algorithm(Algorithm).Algorithm(Hash));
        return writer.ToArray();
    }

    private protected abstract void WriteValue(TpmWriter writer);
}

/// <summary>TPMS_SIGNATURE_RSA (section 11.3.1).</summary>
/// <param name="Algorithm">RSASSA or RSAPSS.</param>
/// <param name="Hash">The hash of the signed message.</param>
/// <param name="Value">The signature, as long as the modulus.</param>
internal sealed record TpmRsaSignature(TpmAlgorithm Algorithm, TpmAlgorithm Hash, ReadOnlyMemory<byte> Value) : TpmSignature(Algorithm, Hash)
{
    private protected override void WriteValue(TpmWriter writer) => writer.Sized(Value.Span);
}

/// <summary>TPMS_SIGNATURE_ECC (section 11.3.2).</summary>
/// <param name="Hash">The hash of the signed message.</param>
/// <param name="R">Big-endian; leading zeros may be absent.</param>
/// <param name="S">Big-endian; leading zeros may be absent.</param>
internal sealed record TpmEcdsaSignature(TpmAlgorithm Hash, ReadOnlyMemory<byte> R, ReadOnlyMemory<byte> S) : TpmSignature(TpmAlgorithm.EcDsa, Hash)
{
    private protected override void WriteValue(TpmWriter writer) => writer.Sized(R.Span).Sized(S.Span);
}
