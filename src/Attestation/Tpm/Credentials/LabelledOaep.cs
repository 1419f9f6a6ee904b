using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Credentials;

/// <summary>
/// RSAES-OAEP with a label (RFC 8017 section 7.1.1), encryption only: the platform's OAEP knows none but the empty one. The power is
/// taken with a public exponent, of a number that is random each time, so how long it takes tells nothing that is used again.
/// </summary>
internal static class LabelledOaep
{
    public static byte[] Encrypt(RSAParameters key, TpmAlgorithm hash, ReadOnlySpan<byte> label, ReadOnlySpan<byte> message)
    {
        var (size, digest) = (key.Modulus!.Length, TpmHash.Size(hash));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, size - (2 * digest) - 2);

        // 00 ‖ seed ⊕ MGF(block) ‖ block ⊕ MGF(seed), where block is hash of label ‖ zeros ‖ 01 ‖ message
        var encoded = new byte[size];
        var seed = encoded.AsSpan(1, digest);
        var block = encoded.AsSpan(1 + digest);
        TpmHash.Hash(hash, label).CopyTo(block);
        block[^(message.Length + 1)] = 1;
        message.CopyTo(block[^message.Length..]);
        RandomNumberGenerator.Fill(seed);
        Mask(hash, seed, block);
        Mask(hash, block, seed);

        var number = new BigInteger(encoded, isUnsigned: true, isBigEndian: true);
        CryptographicOperations.ZeroMemory(encoded);
        var power = BigInteger.ModPow(number, new BigInteger(key.Exponent, isUnsigned: true, isBigEndian: true), new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true));
        var bytes = power.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[size - bytes.Length], .. bytes];
    }

    // MGF1 (appendix B.2.1) of the one, laid over the other.
    private static void Mask(TpmAlgorithm hash, ReadOnlySpan<byte> from, Span<byte> over)
    {
        var input = new byte[from.Length + sizeof(uint)];
        from.CopyTo(input);
        for (var (at, counter) = (0, 0u); at < over.Length; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(from.Length), counter);
            foreach (var b in TpmHash.Hash(hash, input))
                if (at < over.Length)
                    over[at++] ^= b;
        }
        CryptographicOperations.ZeroMemory(input);
    }
}
