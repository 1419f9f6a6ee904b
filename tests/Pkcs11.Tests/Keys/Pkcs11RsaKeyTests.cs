using System.Security.Cryptography;
using System.Text;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;
using Coffer.Support;

namespace Coffer.Pkcs11.Tests.Keys;

[Collection(SoftHsmCollection.Name)]
public sealed class Pkcs11RsaKeyTests(SoftHsmFixture softHsm)
{
    private static readonly byte[] s_message = RandomNumberGenerator.GetBytes(193);

    [Theory]
    [InlineData("object=small", "01", OaepHash.Sha1)]
    [InlineData("id=%01", "01", OaepHash.Sha1)]
    [InlineData("object=small;id=%01;type=private", "01", OaepHash.Sha1)]
    [InlineData("object=large%20key", "02ff", OaepHash.Sha1)]
    [InlineData("id=%02%ff", "02ff", OaepHash.Sha256)]
    [InlineData("object=twin;id=%04", "04", OaepHash.Sha1)]
    public async Task What_software_encrypts_the_token_decrypts(string path, string id, OaepHash hash)
    {
        var token = await softHsm.TokenAsync();
        using var rsa = await SoftHsmFixture.PublicAsync(token, id);
        var ciphertext = rsa.Encrypt(s_message, hash.Padding());
        using var file = Pkcs11KeyFile.Parse(token.KeyFile(path), "key.yaml");
        using var key = Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
        Assert.Equal(rsa.KeySize / 8, key.ModulusSize);
        Assert.Equal(s_message, key.DecryptOaep(ciphertext, hash));
        Assert.Equal(s_message, key.DecryptOaep(ciphertext, hash)); // a session serves more than once
    }

    [Fact]
    public async Task The_public_half_read_from_the_token_is_the_one_that_pkcs11_tool_reads()
    {
        var token = await softHsm.TokenAsync();
        using var expected = await SoftHsmFixture.PublicAsync(token, "02ff");
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=large%20key"), "key.yaml");
        using var read = Pkcs11RsaKey.ReadPublic(file, SoftHsmFixture.Allowed(token));
        Assert.Equal(expected.ExportSubjectPublicKeyInfo(), read.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public async Task The_public_half_needs_no_pin()
    {
        var token = await softHsm.TokenAsync();
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small", "x-note=none"), "key.yaml");
        Assert.False(file.Uri.HasPin);
        using var read = Pkcs11RsaKey.ReadPublic(file, SoftHsmFixture.Allowed(token));
        Assert.Equal(2048, read.KeySize);
    }

    [Fact]
    public async Task What_openssl_encrypts_the_token_decrypts()
    {
        var token = await softHsm.TokenAsync();
        var input = token.Folder.Write("plain", s_message);
        var output = token.Folder.Combine("cipher");
        var openssl = await Peers.RunAsync("openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER",
            "-inkey", token.Folder.Write("pub.der", await token.ReadPublicKeyAsync("01")), "-in", input, "-out", output,
            "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha1");
        openssl.ShouldSucceed();
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        using var key = Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
        Assert.Equal(s_message, key.DecryptOaep(await File.ReadAllBytesAsync(output), OaepHash.Sha1));
    }

    [Theory]
    [InlineData(OaepHash.Sha1)]
    [InlineData(OaepHash.Sha256)]
    public async Task A_ciphertext_for_another_key_is_one_clear_error(OaepHash hash)
    {
        var token = await softHsm.TokenAsync();
        using var other = await SoftHsmFixture.PublicAsync(token, "03");
        var ciphertext = other.Encrypt(new byte[32], hash.Padding());
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        using var key = Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
        var error = Assert.Throws<Pkcs11Exception>(() => key.DecryptOaep(ciphertext, hash));
        Assert.DoesNotContain(token.Pin, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_ciphertext_of_another_length_is_not_sent_to_the_token()
    {
        var token = await softHsm.TokenAsync();
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        using var key = Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
        var error = Assert.Throws<Pkcs11Exception>(() => key.DecryptOaep(new byte[384], OaepHash.Sha1));
        Assert.Equal("the ciphertext has 384 bytes and this key's have 256", error.Message);
    }

    [Fact]
    public async Task The_pin_may_stand_in_a_file_with_a_newline()
    {
        var token = await softHsm.TokenAsync();
        var pin = token.Folder.Write("pin with blank", token.Pin + "\n");
        var query = "pin-source=file://" + Uri.EscapeDataString(pin).Replace("%2F", "/", StringComparison.Ordinal).Replace("%", "%25", StringComparison.Ordinal);
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small", query), "key.yaml");
        using var key = Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
        Assert.Equal(256, key.ModulusSize);
    }

    [Fact]
    public async Task A_wrong_pin_is_named_and_not_sent_twice()
    {
        var token = await softHsm.TokenAsync();
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small", "pin-value=wrong-pin-7"), "key.yaml");
        var config = SoftHsmFixture.Allowed(token);
        var first = Assert.Throws<Pkcs11Exception>(() => Pkcs11RsaKey.OpenPrivate(file, config));
        Assert.Equal("CKR_PIN_INCORRECT", first.ReturnName);
        Assert.Contains("refuses the PIN", first.Message, StringComparison.Ordinal);
        var second = Assert.Throws<Pkcs11Exception>(() => Pkcs11RsaKey.OpenPrivate(file, config));
        Assert.Equal("CKR_PIN_INCORRECT", second.ReturnName);
        Assert.Contains("not tried again", second.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-pin-7", first.ToString() + first.Hint + second + second.Hint, StringComparison.Ordinal);
        // The right one still works.
        using var right = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        Pkcs11RsaKey.OpenPrivate(right, config).Dispose();
    }

    [Fact]
    public async Task A_private_key_without_a_pin_says_what_is_missing()
    {
        var token = await softHsm.TokenAsync();
        var error = await RefusedAsync(token.KeyFile("object=small", "x-note=none"));
        Assert.Contains("wants a PIN", error.Message, StringComparison.Ordinal);
        Assert.Contains("pin-source", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_object_is_named()
    {
        var token = await softHsm.TokenAsync();
        var error = await RefusedAsync(token.KeyFile("object=nobody"));
        Assert.Contains("holds no RSA private key that matches pkcs11:", error.Message, StringComparison.Ordinal);
        Assert.Contains("object=nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_matching_objects_are_refused()
    {
        var token = await softHsm.TokenAsync();
        var error = await RefusedAsync(token.KeyFile("object=twin"));
        Assert.Contains("holds 2 or more", error.Message, StringComparison.Ordinal);
        Assert.Equal("name both object and id in the URI", error.Hint);
    }

    [Fact]
    public async Task An_unknown_token_lists_those_that_are_there()
    {
        var token = await softHsm.TokenAsync();
        var error = await RefusedAsync(token.KeyFile("object=small").Replace("token=coffer", "token=toffer", StringComparison.Ordinal));
        Assert.Contains("no token matches", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{token.Label}'", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_module_that_is_not_allowed_is_not_loaded()
    {
        var token = await softHsm.TokenAsync();
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        var config = OcicryptConfig.Parse("pkcs11: { allowed-module-paths: [/opt/hsm/] }", "site.conf");
        var error = Assert.Throws<Pkcs11Exception>(() => Pkcs11RsaKey.OpenPrivate(file, config));
        Assert.Equal($"the PKCS #11 module {token.ModulePath} is not among the allowed modules of site.conf", error.Message);
    }

    [Fact]
    public async Task A_key_is_usable_from_many_threads_at_once()
    {
        var token = await softHsm.TokenAsync();
        using var rsa = await SoftHsmFixture.PublicAsync(token, "01");
        using var file = Pkcs11KeyFile.Parse(token.KeyFile("object=small"), "key.yaml");
        using var key = Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
        await Parallel.ForAsync(0, 64, (i, _) =>
        {
            var message = Encoding.UTF8.GetBytes($"message {i}");
            Assert.Equal(message, key.DecryptOaep(rsa.Encrypt(message, RSAEncryptionPadding.OaepSHA1), OaepHash.Sha1));
            return ValueTask.CompletedTask;
        });
    }

    private async Task<Pkcs11Exception> RefusedAsync(string keyFile)
    {
        var token = await softHsm.TokenAsync();
        using var file = Pkcs11KeyFile.Parse(keyFile, "key.yaml");
        return Assert.Throws<Pkcs11Exception>(() => Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token)).Dispose());
    }
}
