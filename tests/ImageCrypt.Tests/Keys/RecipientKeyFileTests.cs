using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Tests.KeyWrap;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Keys;

public sealed class RecipientKeyFileTests : KeyFileFixture
{
    [Theory]
    [InlineData("pkey -in base.pem -pubout -out pub")]
    [InlineData("pkey -in base.pem -pubout -outform DER -out pub")]
    [InlineData("rsa -in base.pem -RSAPublicKey_out -out pub")]
    [InlineData("rsa -in base.pem -RSAPublicKey_out -outform DER -out pub")]
    [InlineData("req -x509 -new -key base.pem -subj /CN=x -days 10 -out pub")]
    [InlineData("req -x509 -new -key base.pem -subj /CN=x -days 10 -outform DER -out pub")]
    public async Task Every_form_of_an_rsa_public_key_is_read(string convert)
    {
        await OpenSslAsync("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "base.pem");
        await OpenSslAsync(convert.Split(' '));
        await OpenSslAsync("pkey", "-in", "base.pem", "-pubout", "-outform", "DER", "-out", "expected");
        using var key = Assert.Single(await RecipientKeyFile.ReadAsync(At("pub"), CancellationToken.None));
        Assert.False(key.HasPrivateKey);
        Assert.Equal(await File.ReadAllBytesAsync(At("expected")), key.ExportSubjectPublicKeyInfo());
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public async Task Ec_keys_and_certificates_are_read(string curve)
    {
        var secret = TestKeys.EcPem(ECCurve.CreateFromFriendlyName(curve));
        foreach (var text in new[] { TestKeys.PublicPem(secret), TestKeys.CertificatePem(secret) })
        {
            using var key = Assert.Single(await RecipientKeyFile.ReadAsync(Folder.Write("pub", text), CancellationToken.None));
            Assert.Equal(JwkType.EllipticCurve, key.Type);
        }
    }

    [Fact]
    public async Task A_jwk_keeps_its_names_and_a_set_gives_every_recipient()
    {
        using var plain = Jwk.FromSymmetric(RandomNumberGenerator.GetBytes(32));
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Jwk.FromEllipticCurve(ec.ExportParameters(false));
        using var named = made.WithNames("ci", "ECDH-ES+A128KW");
        using var signer = made.WithNames("signer", "ES256");
        var signing = signer.ToPublicJson().Replace("\"kty\"", "\"use\":\"sig\",\"kty\"", StringComparison.Ordinal);
        var set = $$"""{"keys":[{{named.ToPublicJson()}},{{signing}},{{Encoding.UTF8.GetString(plain.ToPrivateJson())}}]}""";
        var keys = await RecipientKeyFile.ReadAsync(Folder.Write("set", set), CancellationToken.None);
        Assert.Equal(["ci", null], keys.Select(k => k.KeyId));
        Assert.Equal("ECDH-ES+A128KW", keys[0].Algorithm);
    }

    [Fact]
    public async Task A_private_key_is_refused_with_the_way_to_its_public_half()
    {
        var secret = TestKeys.RsaPem();
        Assert.Contains("-pubout", (await RefusedAsync(secret, "is a private key")).Hint, StringComparison.Ordinal);
        await RefusedAsync(TestKeys.CertificatePem(secret) + "\n" + secret, "is a private key");
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = Jwk.FromEllipticCurve(ec.ExportParameters(true));
        await RefusedAsync(Encoding.UTF8.GetString(key.ToPrivateJson()), "private key");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("ssh-rsa AAAA", "SSH public key")]
    [InlineData("age1qqqq", "age recipient")]
    [InlineData("{\"a\":1}", "neither a JWK")]
    [InlineData("{\"keys\":[]}", "without keys")]
    [InlineData("{\"keys\":[{\"kty\":\"OKP\"}]}", "cannot be used")]
    [InlineData("pkcs11:token=x", "PKCS#11 key file")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "OpenPGP public key")]
    public Task What_cannot_be_encrypted_to_is_named(string content, string expected) => RefusedAsync(content, expected);

    [Fact]
    public async Task Small_and_signature_keys_are_refused_by_name()
    {
        await OpenSslAsync("genpkey", "-algorithm", "ed25519", "-out", "ed");
        await OpenSslAsync("pkey", "-in", "ed", "-pubout", "-out", "pub");
        await RefusedAsync(await File.ReadAllTextAsync(At("pub")), "Ed25519");
        await OpenSslAsync("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "small");
        await OpenSslAsync("pkey", "-in", "small", "-pubout", "-out", "pub");
        await RefusedAsync(await File.ReadAllTextAsync(At("pub")), "1024");
    }

    [Fact]
    public async Task Of_a_chain_the_leaf_is_taken_and_two_leaves_are_refused()
    {
        var (one, two) = (TestKeys.RsaPem(), TestKeys.RsaPem());
        await RefusedAsync(TestKeys.CertificatePem(one) + "\n" + TestKeys.CertificatePem(two), "2 certificates");
        await OpenSslAsync("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-subj", "/CN=ca", "-days", "9", "-out", "ca.pem");
        var chain = TestKeys.CertificatePem(one) + "\n" + await File.ReadAllTextAsync(At("ca.pem"));
        using var key = Assert.Single(await RecipientKeyFile.ReadAsync(Folder.Write("chain", chain), CancellationToken.None));
        using var rsa = key.ToRsa();
        Assert.Equal(TestKeys.PublicPem(one), rsa.ExportSubjectPublicKeyInfoPem());
    }

    private async Task<CofferException> RefusedAsync(string content, string expected)
    {
        var e = await Assert.ThrowsAsync<CofferException>(async () => await RecipientKeyFile.ReadAsync(Folder.Write("file", content), CancellationToken.None));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        return e;
    }
}
