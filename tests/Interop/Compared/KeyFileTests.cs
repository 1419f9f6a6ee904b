using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Compared;

/// <summary>Key files as people have them.</summary>
public sealed class KeyFileTests(Bench bench) : Comparison(bench)
{
    [Fact]
    public async Task Private_key_in_openssls_ec_form_is_ignored_there_and_read_here()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await OpensOnlyHereAsync(Recipient(key.ExportSubjectPublicKeyInfoPem(), key.ExportECPrivateKeyPem()));
    }

    [Fact]
    public async Task Private_key_under_a_password_is_ignored_there_and_read_here()
    {
        using var key = RSA.Create(2048);
        var encrypted = key.ExportEncryptedPkcs8PrivateKeyPem("correct horse", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000));
        var password = Secret("password", "correct horse");
        await OpensOnlyHereAsync(Recipient(key.ExportSubjectPublicKeyInfoPem(), encrypted, $":file={password}"));
    }

    [Fact]
    public async Task Armored_keyring_is_ignored_there_and_read_here()
    {
        var recipient = await EncryptedForAsync(RecipientNames.PgpRsa);
        var armored = (await Tool.RunAsync(Peers.Require("gpg"),
            ["--batch", "--quiet", "--enarmor", "-o", "-"], new ToolOptions { Input = await File.ReadAllBytesAsync(recipient.Decrypt[0]) })).ShouldSucceed();
        var text = armored.Output.Replace("PGP ARMORED FILE", "PGP PRIVATE KEY BLOCK", StringComparison.Ordinal);
        await ShouldOpenOnlyHereAsync(recipient with { Decrypt = [Secret("ring.asc", text)] });
    }

    [Fact]
    public async Task Public_key_in_pkcs1_is_refused_there_and_read_here()
    {
        using var key = RSA.Create(2048);
        await EncryptsOnlyHereAsync(Recipient(key.ExportRSAPublicKeyPem(), key.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public async Task Certificate_for_jwe_is_refused_there_and_read_here()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=jwe", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        await EncryptsOnlyHereAsync(Recipient(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()));
    }

    private async Task OpensOnlyHereAsync(Recipient recipient)
    {
        (await Product.EncryptAsync(Original(), Encrypted, recipient)).ShouldSucceed();
        await ShouldOpenOnlyHereAsync(recipient);
    }

    private async Task ShouldOpenOnlyHereAsync(Recipient recipient)
    {
        Assert.Contains("missing private key needed for decryption", (await SkopeoOpensAsync(recipient)).ShouldExit(1).Error, StringComparison.Ordinal);
        (await ProductOpensAsync(recipient)).ShouldSucceed();
        ShouldBeTheOriginal("ours");
    }

    private async Task EncryptsOnlyHereAsync(Recipient recipient)
    {
        (await SkopeoEncryptsAsync(Original(), recipient, $"oci:{Work.Combine("theirs")}:1")).ShouldExit(1);
        (await Product.EncryptAsync(Original(), Encrypted, recipient)).ShouldSucceed();
        (await SkopeoOpensAsync(recipient)).ShouldSucceed();
        ShouldBeTheOriginal("theirs");
    }

    private Recipient Recipient(string publicKey, string privateKey, string more = "") =>
        new("own", [$"jwe:{Secret("key.pub", publicKey)}"], [Secret("key.pem", privateKey) + more], "jwe");

    private string Secret(string name, string text)
    {
        var path = Work.Write(name, Encoding.UTF8.GetBytes(text));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
