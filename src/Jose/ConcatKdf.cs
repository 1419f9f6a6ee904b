using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Jose;

/// <summary>
/// The single-step key derivation of NIST SP 800-56A with SHA-256 and the OtherInfo layout of RFC 7518 section 4.6.2, as
/// ECDH-ES uses it.
/// </summary>
public static class ConcatKdf
{
    /// <summary>Derives a key.</summary>
    /// <param name="sharedSecret">Z: the x coordinate of the agreed point, padded to the field size in bytes.</param>
    /// <param name="algorithm">AlgorithmID: the `enc` value for ECDH-ES, the whole `alg` value for ECDH-ES+AxxxKW.</param>
    /// <param name="partyUInfo">The decoded `apu` member, or empty.</param>
    /// <param name="partyVInfo">The decoded `apv` member, or empty.</param>
    /// <param name="keyBytes">The length wanted, in bytes, 1 to 1024.</param>
    /// <returns>The derived key, which the caller zeroes.</returns>
    public static byte[] Derive(
        ReadOnlySpan<byte> sharedSecret,
        string algorithm,
        ReadOnlySpan<byte> partyUInfo,
        ReadOnlySpan<byte> partyVInfo,
        int keyBytes)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyBytes, 1024);

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var key = new byte[keyBytes];
        Span<byte> digest = stackalloc byte[32];
        for (var (done, round) = (0, 1); done < keyBytes; done += digest.Length, round++)
        {
            AppendNumber(hash, round);
            hash.AppendData(sharedSecret);
            AppendLengthAndData(hash, Encoding.ASCII.GetBytes(algorithm));
            AppendLengthAndData(hash, partyUInfo);
            AppendLengthAndData(hash, partyVInfo);
            AppendNumber(hash, keyBytes * 8);
            hash.GetHashAndReset(digest);
            digest[..Math.Min(digest.Length, keyBytes - done)].CopyTo(key.AsSpan(done));
        }

        CryptographicOperations.ZeroMemory(digest);
        return key;
    }

    private static void AppendLengthAndData(IncrementalHash hash, ReadOnlySpan<byte> data)
    {
        AppendNumber(hash, data.Length);
        hash.AppendData(data);
    }

    private static void AppendNumber(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
