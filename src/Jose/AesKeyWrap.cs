using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Jose;

/// <summary>
/// AES key wrap, RFC 3394 (NIST SP 800-38F KW), with the default initial value. The platform offers only the padded
/// variant of RFC 5649, whose output differs.
/// </summary>
public static class AesKeyWrap
{
    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;
    private const int MaxKeyBytes = 4096;

    /// <summary>Wraps <paramref name="key"/>.</summary>
    /// <param name="kek">The key-encryption key: 16, 24 or 32 bytes.</param>
    /// <param name="key">The key to wrap: a multiple of 8 bytes, 16 to 4096.</param>
    /// <returns>The wrapped key, 8 bytes longer than <paramref name="key"/>.</returns>
    /// <exception cref="JoseException">A length is not one of those.</exception>
    public static byte[] Wrap(ReadOnlySpan<byte> kek, ReadOnlySpan<byte> key)
    {
        CheckKek(kek);
        if (key.Length < 16 || key.Length % 8 != 0 || key.Length > MaxKeyBytes)
        {
            throw JoseException.UnsuitableKey($"AES key wrap takes 16 to {MaxKeyBytes} bytes in steps of 8, not {key.Length}");
        }

        using var aes = Create(kek);
        var output = new byte[key.Length + 8];
        key.CopyTo(output.AsSpan(8));
        var blocks = key.Length / 8;
        var a = InitialValue;
        Span<byte> block = stackalloc byte[16];
        for (var step = 1; step <= 6 * blocks; step++)
        {
            var register = output.AsSpan(8 * (((step - 1) % blocks) + 1), 8);
            BinaryPrimitives.WriteUInt64BigEndian(block, a);
            register.CopyTo(block[8..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            a = BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)step;
            block[8..].CopyTo(register);
        }

        BinaryPrimitives.WriteUInt64BigEndian(output, a);
        CryptographicOperations.ZeroMemory(block);
        return output;
    }

    /// <summary>Unwraps a key; the check of its integrity takes the same time whether it holds or not.</summary>
    /// <param name="kek">The key-encryption key: 16, 24 or 32 bytes.</param>
    /// <param name="wrapped">The wrapped key: a multiple of 8 bytes, 24 to 4104.</param>
    /// <returns>The key, which the caller zeroes; <see langword="null"/> if this KEK did not wrap it or it was altered.</returns>
    /// <exception cref="JoseException">The KEK has no AES key size.</exception>
    public static byte[]? Unwrap(ReadOnlySpan<byte> kek, ReadOnlySpan<byte> wrapped)
    {
        CheckKek(kek);
        if (wrapped.Length < 24 || wrapped.Length % 8 != 0 || wrapped.Length > MaxKeyBytes + 8)
        {
            return null;
        }

        using var aes = Create(kek);
        var key = wrapped[8..].ToArray();
        var blocks = key.Length / 8;
        Span<byte> block = stackalloc byte[16];
        wrapped[..8].CopyTo(block);
        for (var step = 6 * blocks; step >= 1; step--)
        {
            var register = key.AsSpan(8 * ((step - 1) % blocks), 8);
            var a = BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)step;
            BinaryPrimitives.WriteUInt64BigEndian(block, a);
            register.CopyTo(block[8..]);
            aes.DecryptEcb(block, block, PaddingMode.None);
            block[8..].CopyTo(register);
        }

        Span<byte> expected = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(expected, InitialValue);
        var holds = CryptographicOperations.FixedTimeEquals(block[..8], expected);
        CryptographicOperations.ZeroMemory(block);
        if (!holds)
        {
            CryptographicOperations.ZeroMemory(key);
            return null;
        }

        return key;
    }

    private static void CheckKek(ReadOnlySpan<byte> kek)
    {
        if (kek.Length is not (16 or 24 or 32))
        {
            throw JoseException.UnsuitableKey($"an AES key has 16, 24 or 32 bytes, not {kek.Length}");
        }
    }

    private static Aes Create(ReadOnlySpan<byte> kek)
    {
        var aes = Aes.Create();
        aes.SetKey(kek);
        return aes;
    }
}
