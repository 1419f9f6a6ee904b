using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>The RSA members of a public area (TPMS_RSA_PARMS and TPM2B_PUBLIC_KEY_RSA: TPM 2.0 Library Part 2, sections 12.2.3.5 and 11.2.4.5).</summary>
/// <param name="Bits">Length of the modulus in bits: 1024 to 4096, a multiple of 8.</param>
/// <param name="Exponent">The public exponent; 0 stands for 65,537.</param>
/// <param name="Modulus">Big-endian; in a template empty or zeros.</param>
internal sealed record TpmRsaKey(ushort Bits, uint Exponent, ReadOnlyMemory<byte> Modulus) : TpmPublicKey
{
    private const int MostBits = 4096;
    private const uint DefaultExponent = 65_537;

    /// <inheritdoc/>
    internal override TpmAlgorithm Type => TpmAlgorithm.Rsa;

    /// <summary>The key as .NET knows it.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: the modulus is not of <see cref="Bits"/> bits, or
    /// even; or the exponent is.</exception>
    public RSAParameters ToParameters()
    {
        var modulus = Modulus.ToArray();
        if (modulus.Length != Bits / 8 || (modulus[0] & 0x80) == 0 || (modulus[^1] & 1) == 0)
        {
            throw new AttestationException(AttestationFault.Malformed, $"the RSA key of the TPM has no modulus of {Bits} bits");
        }
        var exponent = Exponent == 0 ? DefaultExponent : Exponent;
        if (exponent < 3 || (exponent & 1) == 0) throw new AttestationException(AttestationFault.Malformed, "the RSA key of the TPM has an exponent that no RSA key has");
        byte[] bytes = [(byte)(exponent >> 24), (byte)(exponent >> 16), (byte)(exponent >> 8), (byte)exponent];
        return new RSAParameters { Modulus = modulus, Exponent = bytes.AsSpan().TrimStart((byte)0).ToArray() };
    }

    internal static TpmRsaKey ReadParameters(ref TpmReader reader)
    {
        var bits = reader.ReadUInt16();
        if (bits is < 1024 or > MostBits || bits % 8 != 0) throw reader.Unsupported($"is of an RSA key of {bits} bits");
        return new TpmRsaKey(bits, reader.ReadUInt32(), default);
    }

    internal TpmRsaKey ReadUnique(ref TpmReader reader) => this with { Modulus = reader.ReadSized(Bits / 8, "modulus").ToArray() };

    internal override void WriteParameters(TpmWriter writer) => writer.UInt16(Bits).UInt32(Exponent);

    internal override void WriteUnique(TpmWriter writer) => writer.Sized(Modulus.Span);
}
