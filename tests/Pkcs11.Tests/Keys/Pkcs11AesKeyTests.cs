using System.Security.Cryptography;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;
using Coffer.Support;

namespace Coffer.Pkcs11.Tests.Keys;

[Collection(SoftHsmCollection.Name)]
public sealed class Pkcs11AesKeyTests(SoftHsmFixture softHsm)
{
    private static readonly byte[] s_message = RandomNumberGenerator.GetBytes(401);
    private static readonly byte[] s_nonce = RandomNumberGenerator.GetBytes(12);
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task The_token_and_software_do_the_same_under_one_key()
    {
        var token = await softHsm.TokenAsync();
        await token.ImportAesAsync("known", "a1", s_key);
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=known"), "key.yaml");
        using var key = Pkcs11AesKey.Open(file, SoftHsmFixture.Allowed(token));
        using var software = new AesGcm(s_key, 16);
        var expected = new byte[s_message.Length + 16];
        software.Encrypt(s_nonce, s_message, expected.AsSpan(0, s_message.Length), expected.AsSpan(s_message.Length));

        Assert.Equal(expected, key.Encrypt(s_nonce, s_message));
        Assert.Equal(s_message, key.Decrypt(s_nonce, expected));
    }

    [Fact]
    public async Task A_tag_that_does_not_hold_gives_nothing_and_leaves_the_session_usable()
    {
        var token = await softHsm.TokenAsync();
        await token.GenerateAesAsync("sealing", "a2");
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("id=%a2"), "key.yaml");
        using var key = Pkcs11AesKey.Open(file, SoftHsmFixture.Allowed(token));
        var sound = key.Encrypt(s_nonce, s_message);
        foreach (var at in new[] { 0, s_message.Length, sound.Length - 1 })
        {
            var altered = (byte[])sound.Clone();
            altered[at] ^= 1;
            Assert.Null(key.Decrypt(s_nonce, altered));
        }
        Assert.Null(key.Decrypt(RandomNumberGenerator.GetBytes(12), sound));
        Assert.Equal(s_message, key.Decrypt(s_nonce, sound));
        Assert.Throws<ArgumentException>(() => key.Encrypt(new byte[16], s_message));
    }

    [Fact]
    public async Task A_key_that_is_not_aes_256_is_refused()
    {
        var token = await softHsm.TokenAsync();
        await token.GenerateAesAsync("half", "a3", 16);
        using var half = Pkcs11KeyFile.Parse(token.KeyFile("object=half"), "key.yaml");
        using var rsa = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        Assert.Contains("16 bytes", Assert.Throws<Pkcs11Exception>(() => Pkcs11AesKey.Open(half, SoftHsmFixture.Allowed(token))).Message, StringComparison.Ordinal);
        Assert.Contains("no AES key", Assert.Throws<Pkcs11Exception>(() => Pkcs11AesKey.Open(rsa, SoftHsmFixture.Allowed(token))).Message, StringComparison.Ordinal);
    }
}
