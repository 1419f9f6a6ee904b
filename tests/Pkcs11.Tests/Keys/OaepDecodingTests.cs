using System.Numerics;
using System.Security.Cryptography;
using Coffer.Pkcs11.Keys;

namespace Coffer.Pkcs11.Tests.Keys;

public sealed class OaepDecodingTests
{
    private static readonly RSA s_rsa = RSA.Create(1024);

    [Theory]
    [InlineData(OaepHash.Sha1, 0)]
    [InlineData(OaepHash.Sha1, 1)]
    [InlineData(OaepHash.Sha1, 86)]
    [InlineData(OaepHash.Sha256, 0)]
    [InlineData(OaepHash.Sha256, 33)]
    [InlineData(OaepHash.Sha256, 62)]
    public void What_the_platform_pads_is_taken_apart(OaepHash hash, int length)
    {
        for (var round = 0; round < 20; round++)
        {
            var message = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(message, OaepDecoding.Decode(Raw(s_rsa.Encrypt(message, hash.Padding())), hash));
        }
    }

    [Fact]
    public void A_message_of_zeros_and_ones_keeps_every_byte()
    {
        var message = new byte[] { 0, 1, 0, 1, 1, 0 };
        Assert.Equal(message, OaepDecoding.Decode(Raw(s_rsa.Encrypt(message, RSAEncryptionPadding.OaepSHA256)), OaepHash.Sha256));
    }

    [Fact]
    public void Any_flipped_bit_before_the_message_is_rejected()
    {
        var message = new byte[62]; // the longest: no padding zeros, so every byte before it is checked
        for (var bit = 0; bit < 8 * (1 + 32); bit++)
        {
            var block = Raw(s_rsa.Encrypt(message, RSAEncryptionPadding.OaepSHA256));
            block[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(OaepDecoding.Decode(block, OaepHash.Sha256));
        }
    }

    [Fact]
    public void The_wrong_hash_and_short_blocks_are_rejected()
    {
        Assert.Null(OaepDecoding.Decode(Raw(s_rsa.Encrypt([1, 2, 3], RSAEncryptionPadding.OaepSHA1)), OaepHash.Sha256));
        for (var length = 0; length < 66; length++)
            Assert.Null(OaepDecoding.Decode(new byte[length], OaepHash.Sha256));
        Assert.Null(OaepDecoding.Decode(new byte[128], OaepHash.Sha256));
    }

    /// <summary>The raw private-key operation, which the platform does not offer.</summary>
    private static byte[] Raw(byte[] ciphertext)
    {
        var key = s_rsa.ExportParameters(true);
        var number = BigInteger.ModPow(new BigInteger(ciphertext, true, true), new BigInteger(key.D, true, true), new BigInteger(key.Modulus, true, true));
        var bytes = number.ToByteArray(true, true);
        var block = new byte[key.Modulus!.Length];
        bytes.CopyTo(block, block.Length - bytes.Length);
        return block;
    }
}
