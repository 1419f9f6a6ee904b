using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Jose.Encryption;

/// <summary>Authenticated encryption of the content: AES-GCM both ways, AES-CBC with HMAC (RFC 7518 section 5.2) on reading.</summary>
internal static class ContentCipher
{
    public static void EncryptGcm(
        ContentAlgorithm algorithm, byte[] cek, byte[] iv, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext, byte[] ciphertext, byte[] tag)
    {
        using var gcm = new AesGcm(cek, algorithm.TagBytes);
        gcm.Encrypt(iv, plaintext, ciphertext, tag, aad);
    }

    /// <summary>Null if the tag does not hold; then nothing of the plaintext was made or it was zeroed.</summary>
    public static byte[]? Decrypt(
        ContentAlgorithm algorithm, byte[] cek, byte[] iv, ReadOnlySpan<byte> aad, byte[] ciphertext, byte[] tag) =>
        algorithm.CbcHash is { } hash
            ? DecryptCbc(algorithm, hash, cek, iv, aad, ciphertext, tag)
            : DecryptGcm(algorithm, cek, iv, aad, ciphertext, tag);

    private static byte[]? DecryptGcm(
        ContentAlgorithm algorithm, byte[] cek, byte[] iv, ReadOnlySpan<byte> aad, byte[] ciphertext, byte[] tag)
    {
        var plaintext = new byte[ciphertext.Length];
        using var gcm = new AesGcm(cek, algorithm.TagBytes);
        try
        {
            gcm.Decrypt(iv, ciphertext, tag, plaintext, aad);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return null;
        }
    }

    private static byte[]? DecryptCbc(
        ContentAlgorithm algorithm, HashAlgorithmName hash, byte[] cek, byte[] iv, ReadOnlySpan<byte> aad, byte[] ciphertext, byte[] tag)
    {
        var half = cek.Length / 2;
        using var mac = IncrementalHash.CreateHMAC(hash, cek.AsSpan(0, half));
        mac.AppendData(aad);
        mac.AppendData(iv);
        mac.AppendData(ciphertext);
        Span<byte> aadBits = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(aadBits, (long)aad.Length * 8);
        mac.AppendData(aadBits);
        var expected = mac.GetHashAndReset();
        var holds = CryptographicOperations.FixedTimeEquals(expected.AsSpan(0, algorithm.TagBytes), tag);
        CryptographicOperations.ZeroMemory(expected);
        if (!holds || ciphertext.Length == 0 || ciphertext.Length % 16 != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.SetKey(cek.AsSpan(half));
        try
        {
            return aes.DecryptCbc(ciphertext, iv, PaddingMode.PKCS7);
        }
        catch (CryptographicException)
        {
            // The sender, who knew the key, padded wrongly; the tag was checked first, so no oracle opens here.
            return null;
        }
    }
}
