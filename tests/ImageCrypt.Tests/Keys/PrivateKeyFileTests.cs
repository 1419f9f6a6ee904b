using System.Security.Cryptography;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Keys;

/// <summary>Every form of private key that openssl writes.</summary>
public sealed class PrivateKeyFileTests : KeyFileFixture
{
    private const string Rsa = "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out base.pem";
    private const string Ec = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out base.pem";

    [Theory]
    [InlineData(Rsa, null)]
    [InlineData(Rsa, "pkey -in base.pem -outform DER -out key")]
    [InlineData(Rsa, "rsa -in base.pem -traditional -out key")]
    [InlineData(Rsa, "rsa -in base.pem -traditional -outform DER -out key")]
    [InlineData(Rsa, "pkcs8 -topk8 -nocrypt -in base.pem -outform DER -out key")]
    [InlineData(Ec, null)]
    [InlineData(Ec, "ec -in base.pem -out key")]
    [InlineData(Ec, "ec -in base.pem -outform DER -out key")]
    [InlineData(Ec, "pkey -in base.pem -outform DER -out key")]
    [InlineData("ecparam -name secp384r1 -genkey -out base.pem", null)]
    [InlineData("ecparam -name secp521r1 -genkey -out base.pem", null)]
    public async Task An_unprotected_key_is_read(string make, string? convert)
    {
        await MakeAsync(make, convert);
        await IsBaseKeyAsync(At("key"));
        Assert.Empty(Asked);
    }

    [Theory]
    [InlineData(Rsa, "pkcs8 -topk8 -in base.pem -passout pass:s:e,cret -out key")]
    [InlineData(Rsa, "pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1 -in base.pem -passout pass:s:e,cret -out key")]
    [InlineData(Rsa, "pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA384 -in base.pem -passout pass:s:e,cret -outform DER -out key")]
    [InlineData(Ec, "pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 10000 -in base.pem -passout pass:s:e,cret -out key")]
    [InlineData(Ec, "pkcs8 -topk8 -v2 des3 -in base.pem -passout pass:s:e,cret -out key")]
    [InlineData(Rsa, "rsa -in base.pem -aes256 -traditional -passout pass:s:e,cret -out key")]
    [InlineData(Rsa, "rsa -in base.pem -aes192 -traditional -passout pass:s:e,cret -out key")]
    [InlineData(Rsa, "rsa -in base.pem -aes128 -traditional -passout pass:s:e,cret -out key")]
    [InlineData(Rsa, "rsa -in base.pem -des3 -traditional -passout pass:s:e,cret -out key")]
    [InlineData(Ec, "ec -in base.pem -aes256 -passout pass:s:e,cret -out key")]
    [InlineData(Ec, "ec -in base.pem -des3 -passout pass:s:e,cret -out key")]
    public async Task A_protected_key_opens_with_its_password_however_that_is_given(string make, string convert)
    {
        await MakeAsync(make, convert);
        var key = At("key");
        await IsBaseKeyAsync(key + ":s:e,cret");
        await IsBaseKeyAsync(key + ":pass=s:e,cret");
        await IsBaseKeyAsync($"{key}:file={Folder.Write("password:1", "s:e,cret\n")}");
        Assert.Empty(Asked);
        Typed = "s:e,cret";
        await IsBaseKeyAsync(key);
        Assert.Equal([key], Asked);

        await Assert.ThrowsAsync<WrongPasswordException>(() => ReadAsync(key + ":pass=wrong"));
        await Assert.ThrowsAsync<WrongPasswordException>(() => ReadAsync($"{key}:file={Folder.Write("two", "s:e,cret\n\n")}"));
        Typed = null;
        var e = await Assert.ThrowsAsync<CofferException>(() => ReadAsync(key));
        Assert.Equal(ExitStatus.NoUsableKey, e.ExitStatus);
        Assert.Contains(":file=", e.Hint, StringComparison.Ordinal);
        Assert.Contains(":fd=", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_read_from_a_descriptor()
    {
        await MakeAsync(Rsa, "pkcs8 -topk8 -in base.pem -passout pass:secret -out key");
        await using var password = File.OpenRead(Folder.Write("password", "secret"));
        await IsBaseKeyAsync($"{At("key")}:fd={password.SafeFileHandle.DangerousGetHandle()}");
        await Assert.ThrowsAsync<CofferException>(() => ReadAsync($"{At("key")}:fd=1000000"));
    }

    [Fact]
    public async Task Pkcs12_gives_the_key_and_its_certificate()
    {
        await MakeAsync(Rsa, "req -x509 -new -key base.pem -subj /CN=x -days 10 -out cert.pem");
        await OpenSslAsync("pkcs12", "-export", "-inkey", "base.pem", "-in", "cert.pem", "-passout", "pass:secret", "-out", "p12");
        var identities = await ReadAsync(At("p12") + ":pass=secret");
        Assert.Equal(await BaseKeyAsync(), Assert.Single(identities.OfType<PrivateKeyIdentity>()).Key.ExportSubjectPublicKeyInfo());
        Assert.Single(identities.OfType<CertificateIdentity>());
        await Assert.ThrowsAsync<WrongPasswordException>(() => ReadAsync(At("p12") + ":pass=wrong"));
    }

    [Fact]
    public async Task A_certificate_beside_a_key_gives_both()
    {
        await MakeAsync(Rsa, "req -x509 -new -key base.pem -subj /CN=x -days 10 -out cert.pem");
        Folder.Write("both", await File.ReadAllTextAsync(At("cert.pem")) + await File.ReadAllTextAsync(At("base.pem")));
        var identities = await ReadAsync(At("both"));
        Assert.IsType<CertificateIdentity>(identities[0]);
        Assert.IsType<PrivateKeyIdentity>(identities[1]);
        await OpenSslAsync("x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der");
        Assert.IsType<CertificateIdentity>(Assert.Single(await ReadAsync(At("cert.der"))));
    }

    [Fact]
    public async Task A_key_that_others_may_read_is_warned_about()
    {
        await MakeAsync(Ec, null);
        SetMode(At("key"), UnixFileMode.OtherRead);
        await ReadAsync(At("key"));
        Assert.Contains("other users", Assert.Single(Warnings), StringComparison.Ordinal);
        Warnings.Clear();
        SetMode(At("key"), UnixFileMode.None);
        await ReadAsync(At("key"));
        Assert.Empty(Warnings);
        await ReadAsync(At("key") + ":pass=unneeded");
        Assert.Contains("not protected", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    private async Task MakeAsync(string make, string? convert)
    {
        await OpenSslAsync(make.Split(' '));
        if (convert is not null) await OpenSslAsync(convert.Split(' '));
        if (!File.Exists(At("key"))) File.Copy(At("base.pem"), At("key"));
        SetMode(At("key"), UnixFileMode.None);
    }

    private async Task IsBaseKeyAsync(string spec)
    {
        var identity = Assert.IsType<PrivateKeyIdentity>(Assert.Single(await ReadAsync(spec)));
        Assert.True(identity.Key.HasPrivateKey);
        Assert.Equal(await BaseKeyAsync(), identity.Key.ExportSubjectPublicKeyInfo());
        identity.Dispose();
    }

    private async Task<byte[]> BaseKeyAsync()
    {
        await OpenSslAsync("pkey", "-in", "base.pem", "-pubout", "-outform", "DER", "-out", "public.der");
        return await File.ReadAllBytesAsync(At("public.der"));
    }
}
