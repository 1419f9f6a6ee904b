using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Tests.KeyWrap;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Keys;

/// <summary>What is given as a key and is none, or is a key of another kind.</summary>
public sealed class OddKeyFileTests : KeyFileFixture
{
    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    [InlineData("hello", "not a key")]
    [InlineData("AGE-SECRET-KEY-1QQQ", "age identity")]
    [InlineData("# created: 2026-01-01\n# public key: age1q\nAGE-SECRET-KEY-1QQ\n", "age identity")]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ user@host", "SSH public key")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----\n", "OpenSSH private key")]
    [InlineData("PuTTY-User-Key-File-3: ssh-rsa", "PuTTY")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxx\n-----END PGP PUBLIC KEY BLOCK-----", "OpenPGP public key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE", "cut short")]
    [InlineData("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----", "not base64")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PUBLIC KEY-----", "another name")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----", "PEM block")]
    [InlineData("-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----", "PEM block 'SOMETHING'")]
    [InlineData("{\"a\":1}", "neither a JWK")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"X25519\"}", "OKP")]
    [InlineData("{\"kty\":", "not well-formed JSON")]
    [InlineData("{\"protected\":\"x\",\"ciphertext\":\"x\"}", "encrypted JWK")]
    [InlineData("{\"keys\":[]}", "no private key")]
    public async Task It_is_named_in_the_error(string content, string expected)
    {
        var e = await Assert.ThrowsAsync<CofferException>(() => ReadAsync(Folder.Write("odd", content)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("odd", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_public_key_opens_nothing()
    {
        var e = await Assert.ThrowsAsync<CofferException>(() => ReadAsync(Folder.Write("pub", TestKeys.PublicPem(TestKeys.RsaPem()))));
        Assert.Contains("is a public key", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.NoUsableKey, e.ExitStatus);
    }

    [Fact]
    public async Task Keys_too_small_or_for_signatures_only_are_refused_by_name()
    {
        await OpenSslAsync("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "small");
        Assert.Contains("1024", (await Assert.ThrowsAsync<CofferException>(() => ReadAsync(At("small")))).Message, StringComparison.Ordinal);
        await OpenSslAsync("genpkey", "-algorithm", "ed25519", "-out", "ed");
        Assert.Contains("Ed25519", (await Assert.ThrowsAsync<CofferException>(() => ReadAsync(At("ed")))).Message, StringComparison.Ordinal);
        await OpenSslAsync("genpkey", "-algorithm", "x25519", "-out", "x");
        Assert.Contains("X25519", (await Assert.ThrowsAsync<CofferException>(() => ReadAsync(At("x")))).Message, StringComparison.Ordinal);
        await OpenSslAsync("ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", "k1");
        await Assert.ThrowsAsync<CofferException>(() => ReadAsync(At("k1")));
    }

    [Fact]
    public async Task Protection_that_is_not_read_is_named_with_a_way_out()
    {
        await OpenSslAsync("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec");
        await OpenSslAsync("pkcs8", "-topk8", "-scrypt", "-in", "ec", "-passout", "pass:x", "-out", "scrypt");
        var e = await Assert.ThrowsAsync<CofferException>(() => ReadAsync(At("scrypt") + ":pass=x"));
        Assert.Contains("scrypt", e.Message, StringComparison.Ordinal);
        Assert.Contains("openssl pkcs8", e.Hint, StringComparison.Ordinal);
        await OpenSslAsync("pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-in", "ec", "-passout", "pass:x", "-out", "pbe");
        Assert.Contains("PBE-SHA1-3DES", (await Assert.ThrowsAsync<CofferException>(() => ReadAsync(At("pbe") + ":pass=x"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_jwk_set_gives_each_private_key_and_names_the_rest()
    {
        using var rsa = Jwk.FromRsa(Rsa());
        using var ec = Jwk.Parse(Encoding.UTF8.GetString(PrivateEc()));
        var set = $$"""{"keys":[{{Text(rsa)}},{"kty":"OKP","crv":"Ed25519","x":"AA"},{{ec.ToPublicJson()}},{{Text(ec)}}]}""";
        var identities = await ReadAsync(Private("set", set));
        Assert.Equal([JwkType.Rsa, JwkType.EllipticCurve], identities.Cast<PrivateKeyIdentity>().Select(i => i.Key.Type));
        Assert.Equal(2, Warnings.Count);
        Assert.Equal(JwkType.Rsa, ((PrivateKeyIdentity)Assert.Single(await ReadAsync(Private("one", Text(rsa))))).Key.Type);
    }

    [Theory]
    [InlineData("pkcs11:\n  uri: pkcs11:token=t;object=o?pin-value=1234\n")]
    [InlineData("module:\n  env: {}\npkcs11:\n  uri: pkcs11:token=t;object=o\n")]
    [InlineData("pkcs11:token=t;object=o?pin-value=1234&module-name=softhsm2")]
    [InlineData("{\"pkcs11\":{\"uri\":\"pkcs11:token=t;object=o\"}}")]
    public async Task Token_key_files_are_recognized(string content) =>
        Assert.Equal(content.Trim(), Encoding.UTF8.GetString(Assert.IsType<Pkcs11Identity>(Assert.Single(await ReadAsync(Private("token", content)))).KeyFile.Span));

    [Fact]
    public async Task A_file_of_more_than_a_mebibyte_or_a_folder_is_refused()
    {
        Assert.Contains("1048576", (await Assert.ThrowsAsync<CofferException>(() => ReadAsync(Folder.Write("big", new byte[1024 * 1024 + 1])))).Message, StringComparison.Ordinal);
        Assert.Throws<CofferException>(() => IdentitySpec.Parse(Folder.Path));
    }

    [Fact]
    public async Task A_provider_is_no_file()
    {
        var identity = Assert.IsType<ProviderIdentity>(Assert.Single(await ReadAsync("provider:kms:a:b")));
        Assert.Equal("kms", identity.Name);
        Assert.Equal("a:b", identity.Parameters);
    }

    private string Private(string name, string content)
    {
        var path = Folder.Write(name, content);
        SetMode(path, UnixFileMode.None);
        return path;
    }

    private static string Text(Jwk key) => Encoding.UTF8.GetString(key.ToPrivateJson());

    private static RSAParameters Rsa()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(TestKeys.RsaPem());
        return rsa.ExportParameters(true);
    }

    private static byte[] PrivateEc()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = Jwk.FromEllipticCurve(ec.ExportParameters(true));
        return key.ToPrivateJson();
    }
}
