namespace Coffer.Attestation.Tpm.Structures;

/// <summary>
/// TPMT_SYM_DEF or TPMT_SYM_DEF_OBJECT of a block cipher (TPM 2.0 Library Part 2, sections 11.1.6 and 11.1.7): how a storage key
/// protects its children, or a session its parameters.
/// </summary>
/// <param name="Algorithm">The cipher; <see cref="TpmAlgorithm.Null"/>: none.</param>
/// <param name="KeyBits">Length of its key in bits; 0 where there is none.</param>
/// <param name="Mode">Its mode; <see cref="TpmAlgorithm.None"/> where there is none.</param>
internal sealed record TpmSymmetric(TpmAlgorithm Algorithm, ushort KeyBits = 0, TpmAlgorithm Mode = TpmAlgorithm.None)
{
    /// <summary>None.</summary>
    public static TpmSymmetric Null { get; } = new(TpmAlgorithm.Null);

    /// <summary>AES-128 in CFB mode.</summary>
    public static TpmSymmetric Aes128Cfb { get; } = new(TpmAlgorithm.Aes, 128, TpmAlgorithm.Cfb);

    /// <summary>AES-256 in CFB mode.</summary>
    public static TpmSymmetric Aes256Cfb { get; } = new(TpmAlgorithm.Aes, 256, TpmAlgorithm.Cfb);

    /// <summary>Reads it.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static TpmSymmetric Read(ref TpmReader reader)
    {
        var algorithm = reader.ReadAlgorithm();
        return algorithm == TpmAlgorithm.Null ? Null : new TpmSymmetric(algorithm, reader.ReadUInt16(), reader.ReadAlgorithm());
    }

    /// <summary>Writes it.</summary>
    public void Write(TpmWriter writer)
    {
        writer.Algorithm(Algorithm);
        if (Algorithm != TpmAlgorithm.Null) writer.UInt16(KeyBits).Algorithm(Mode);
    }
}
