using System.Security.Cryptography;
using Coffer.ImageCrypt.Cipher;
using Coffer.Oci;
using CsCheck;

namespace Coffer.ImageCrypt.Tests.Cipher;

public sealed class CipherStreamTests
{
    private static readonly Digest Blob = Digest.Of([1]);

    [Fact]
    public void Whatever_was_encrypted_decrypts_at_any_length_and_step() =>
        Gen.Select(Gen.Int[0, 200_000], Gen.Int[1, 70_000], Gen.Int[1, 70_000]).Sample(
            (length, writeStep, readStep) =>
            {
                var plaintext = RandomNumberGenerator.GetBytes(length);
                using var key = LayerKey.Generate(Blob);
                var (ciphertext, mac) = Encrypt(plaintext, key, writeStep);
                Assert.Equal(length, ciphertext.Length);

                using var decrypting = new DecryptStream(new MemoryStream(ciphertext), key, PublicOptions.Read(PublicOptions.Write(mac)), Blob);
                Assert.Equal(plaintext, ReadBy(decrypting, readStep));
            },
            iter: 200);

    [Fact]
    public void Any_flipped_bit_of_ciphertext_or_MAC_fails_at_the_end() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Int[0, int.MaxValue - 1], Gen.Bool).Sample(
            (length, bit, inMac) =>
            {
                using var key = LayerKey.Generate(Blob);
                var (ciphertext, mac) = Encrypt(RandomNumberGenerator.GetBytes(length), key, 512);
                var target = inMac ? mac : ciphertext;
                target[bit / 8 % target.Length] ^= (byte)(1 << (bit % 8));

                using var decrypting = new DecryptStream(new MemoryStream(ciphertext), key, PublicOptions.Read(PublicOptions.Write(mac)), Blob);
                var error = Assert.Throws<IntegrityException>(() => ReadBy(decrypting, 512));
                Assert.DoesNotContain(Convert.ToHexStringLower(HMACSHA256.HashData(key.Key, ciphertext)), error.ToString(), StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(Convert.ToBase64String(HMACSHA256.HashData(key.Key, ciphertext)), error.ToString(), StringComparison.Ordinal);
            },
            iter: 300);

    [Fact]
    public void Ciphertext_of_another_digest_fails_although_its_MAC_holds()
    {
        using var key = LayerKey.Generate(Blob);
        var (ciphertext, mac) = Encrypt(RandomNumberGenerator.GetBytes(1000), key, 100);
        var checking = new VerifyingStream(new MemoryStream(ciphertext), new Descriptor("", Blob, ciphertext.Length));

        using var decrypting = new DecryptStream(checking, key, PublicOptions.Read(PublicOptions.Write(mac)), Blob);

        var error = Assert.Throws<IntegrityException>(() => ReadBy(decrypting, 100));
        Assert.Contains("really hashes to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_ciphertext_fails_its_MAC()
    {
        using var key = LayerKey.Generate(Blob);
        var (ciphertext, mac) = Encrypt(new byte[1000], key, 100);

        using var decrypting = new DecryptStream(new MemoryStream(ciphertext[..^1]), key, PublicOptions.Read(PublicOptions.Write(mac)), Blob);

        Assert.Throws<IntegrityException>(() => ReadBy(decrypting, 100));
    }

    [Fact]
    public void MAC_is_not_to_be_had_before_the_end()
    {
        using var key = LayerKey.Generate(Blob);
        using var encrypting = new EncryptStream(new MemoryStream(new byte[100]), key);
        _ = encrypting.Read(new byte[10]);

        Assert.Throws<InvalidOperationException>(() => encrypting.Mac.Length);
    }

    [Fact]
    public void Disposed_key_is_zero()
    {
        byte[] key = [.. Enumerable.Repeat((byte)7, 32)], nonce = [.. Enumerable.Repeat((byte)7, 16)];
        new LayerKey(key, nonce, null).Dispose();

        Assert.All(key.Concat(nonce), b => Assert.Equal(0, b));
    }

    private static (byte[] Ciphertext, byte[] Mac) Encrypt(byte[] plaintext, LayerKey key, int step)
    {
        using var encrypting = new EncryptStream(new MemoryStream(plaintext), key);
        var ciphertext = ReadBy(encrypting, step);
        return (ciphertext, encrypting.Mac.ToArray());
    }

    private static byte[] ReadBy(Stream stream, int step)
    {
        var all = new MemoryStream();
        var buffer = new byte[step];
        int count;
        while ((count = stream.Read(buffer)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }
}
