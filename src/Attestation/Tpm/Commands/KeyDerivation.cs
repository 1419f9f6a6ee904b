using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>KDFa and KDFe (TPM 2.0 Library Part 1, sections 11.4.10.2 and 11.4.10.3). The caller zeroes what comes out.</summary>
internal static class KeyDerivation
{
    /// <summary>KDFa: SP 800-108 in counter mode over HMAC.</summary>
    /// <param name="hash">The HMAC's hash.</param>
    /// <param name="key">The HMAC's key.</param>
    /// <param name="label">Without its final zero.</param>
    /// <param name="contextU">First context.</param>
    /// <param name="contextV">Second context.</param>
    /// <param name="bytes">How many to make.</param>
    public static byte[] FromKey(TpmAlgorithm hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> contextU, ReadOnlySpan<byte> contextV, int bytes)
    {
        using var hmac = IncrementalHash.CreateHMAC(TpmHash.Platform(hash), key);
        Span<byte> number = stackalloc byte[sizeof(uint)];
        Span<byte> block = stackalloc byte[TpmHash.MostBytes];
        var derived = new byte[bytes];
        var counter = 0u;
        for (var at = 0; at < bytes; at += TpmHash.Size(hash))
        {
            BinaryPrimitives.WriteUInt32BigEndian(number, ++counter);
            hmac.AppendData(number);
            hmac.AppendData(label);
            hmac.AppendData([0]);
            hmac.AppendData(contextU);
            hmac.AppendData(contextV);
            BinaryPrimitives.WriteInt32BigEndian(number, bytes * 8);
            hmac.AppendData(number);
            block[..Math.Min(hmac.GetHashAndReset(block), bytes - at)].CopyTo(derived.AsSpan(at));
        }
        CryptographicOperations.ZeroMemory(block);
        return derived;
    }

    /// <summary>KDFe, for as many bytes as the hash makes: a key out of an agreed point.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="z">Coordinate x of the agreed point, in full width.</param>
    /// <param name="label">Without its final zero.</param>
    /// <param name="partyU">Coordinate x of the ephemeral key.</param>
    /// <param name="partyV">Coordinate x of the lasting key.</param>
    public static byte[] FromPoint(TpmAlgorithm hash, ReadOnlySpan<byte> z, ReadOnlySpan<byte> label, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV)
    {
        using var hashed = IncrementalHash.CreateHash(TpmHash.Platform(hash));
        hashed.AppendData([0, 0, 0, 1]);
        hashed.AppendData(z);
        hashed.AppendData(label);
        hashed.AppendData([0]);
        hashed.AppendData(partyU);
        hashed.AppendData(partyV);
        return hashed.GetHashAndReset();
    }
}
