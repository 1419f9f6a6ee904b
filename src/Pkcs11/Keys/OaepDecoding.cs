using System.Security.Cryptography;

namespace Coffer.Pkcs11.Keys;

/// <summary>
/// Takes the OAEP padding off a raw RSA block (RFC 8017 section 7.1.2 step 3), for tokens that offer raw RSA but not OAEP with
/// SHA-256. Which of the checks failed must not show in time or result (Manger's attack), so all of them are folded into one
/// mask without a branch, and there is one error.
/// </summary>
internal static class OaepDecoding
{
    /// <param name="block">The block as long as the modulus; it is overwritten.</param>
    /// <param name="hash">The hash of label and mask.</param>
    /// <returns>The message, which the caller clears; null when the padding does not hold.</returns>
    public static byte[]? Decode(Span<byte> block, OaepHash hash)
    {
        var size = hash.Size();
        if (block.Length < (2 * size) + 2)
            return null;
        var seed = block.Slice(1, size);
        var data = block[(1 + size)..];
        XorMask(seed, data, hash);
        XorMask(data, seed, hash);

        Span<byte> label = stackalloc byte[SHA256.HashSizeInBytes];
        CryptographicOperations.HashData(hash.Algorithm(), [], label);
        var bad = (int)block[0];
        for (var i = 0; i < size; i++)
            bad |= data[i] ^ label[i];

        // After the label hash come zeros, a one, and the message. "searching" is all ones until the one was met.
        var searching = -1;
        var start = 0;
        for (var i = size; i < data.Length; i++)
        {
            var isOne = IsZero(data[i] ^ 1);
            start |= searching & isOne & (i + 1);
            bad |= searching & ~isOne & data[i];
            searching &= ~isOne;
        }
        bad |= searching;
        return bad == 0 ? data[start..].ToArray() : null;
    }

    /// <summary>All ones for zero, zero for any other value of a byte.</summary>
    private static int IsZero(int value) => (value - 1) >> 31;

    private static void XorMask(Span<byte> target, ReadOnlySpan<byte> seed, OaepHash hash)
    {
        var size = hash.Size();
        Span<byte> input = new byte[seed.Length + 4];
        Span<byte> output = stackalloc byte[SHA256.HashSizeInBytes];
        seed.CopyTo(input);
        for (var (offset, counter) = (0, 0u); offset < target.Length; offset += size, counter++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(input[seed.Length..], counter);
            CryptographicOperations.HashData(hash.Algorithm(), input, output);
            var part = target[offset..Math.Min(offset + size, target.Length)];
            for (var i = 0; i < part.Length; i++)
                part[i] ^= output[i];
        }
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(output);
    }
}
