using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys.Pem;

/// <summary>
/// The protection that OpenSSL's "traditional" key files have: CBC under a key made of the password and the first
/// 8 bytes of the IV by one round of MD5 per block (EVP_BytesToKey). Weak, but what <c>openssl rsa -aes256 -traditional</c> writes.
/// </summary>
internal static class LegacyPemCipher
{
    /// <summary>The decrypted data, which the caller zeroes; null if the password is certainly wrong.</summary>
    /// <exception cref="CofferException">A <c>DEK-Info</c> header that is not understood.</exception>
    public static byte[]? Decrypt(PemBlock block, ReadOnlySpan<byte> password, string file)
    {
        if (!block.Headers.TryGetValue("DEK-Info", out var info)) throw new CofferException($"{file} has a protected PEM block without a DEK-Info header");
        var comma = info.IndexOf(',', StringComparison.Ordinal);
        var name = (comma < 0 ? info : info[..comma]).Trim();
        using var cipher = Cipher(name) ?? throw new CofferException(
            $"{file} is protected with {Printable.Of(name, 40)}, which is not read", hint: "openssl pkcs8 -topk8 -v2 aes-256-cbc converts it");
        var iv = comma < 0 ? null : Iv(info[(comma + 1)..].Trim(), cipher.BlockSize / 8);
        if (iv is null) throw new CofferException($"{file} has a DEK-Info header without the IV of {name}");
        var key = DeriveKey(password, iv.AsSpan(0, 8), cipher.KeySize / 8);
        try
        {
            cipher.SetKey(key);
            return cipher.DecryptCbc(block.Data, iv, PaddingMode.PKCS7);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[]? Iv(string hex, int length)
    {
        try
        {
            return hex.Length == 2 * length ? Convert.FromHexString(hex) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static SymmetricAlgorithm? Cipher(string name)
    {
        switch (name)
        {
            case "AES-128-CBC": return Aes(128);
            case "AES-192-CBC": return Aes(192);
            case "AES-256-CBC": return Aes(256);
            case "DES-EDE3-CBC":
#pragma warning disable CA5350 // reads key files as older tools wrote them; nothing is written so
                return TripleDES.Create();
#pragma warning restore CA5350
            default: return null;
        }

        static SymmetricAlgorithm Aes(int bits)
        {
            var aes = System.Security.Cryptography.Aes.Create();
            aes.KeySize = bits;
            return aes;
        }
    }

    private static byte[] DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int length)
    {
        var key = new byte[length];
        Span<byte> block = stackalloc byte[16];
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (var done = 0; done < length; done += block.Length)
        {
            if (done > 0) md5.AppendData(block);
            md5.AppendData(password);
            md5.AppendData(salt);
            md5.GetHashAndReset(block);
            block[..Math.Min(block.Length, length - done)].CopyTo(key.AsSpan(done));
        }
        CryptographicOperations.ZeroMemory(block);
        return key;
    }
}
