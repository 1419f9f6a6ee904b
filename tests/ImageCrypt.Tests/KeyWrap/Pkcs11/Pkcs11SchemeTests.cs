using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Pkcs11;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pkcs11;

public sealed class Pkcs11SchemeTests : IDisposable
{
    private static readonly byte[] s_options = RandomNumberGenerator.GetBytes(193);
    private readonly TempDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = new() { ["OCICRYPT_CONFIG"] = "internal" };

    private Pkcs11Scheme Scheme => new(name => _environment.GetValueOrDefault(name));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Several_recipients_share_one_packet_and_each_token_key_opens_its_own()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateRsaAsync("one", "01", 2048);
        await token.GenerateRsaAsync("two", "02", 3072);
        using var stranger = RSA.Create(2048);
        var packet = await WrapAsync(
            _folder.Write("stranger.pem", stranger.ExportSubjectPublicKeyInfoPem()),
            _folder.Write("one.yaml", token.KeyFile("object=one")),
            _folder.Write("two.der", await token.ReadPublicKeyAsync("02")));
        Assert.Equal(["RSA-OAEP sha1 2048", "RSA-OAEP sha1 2048", "RSA-OAEP sha1 3072"],
            Scheme.Describe(EncAnnotations.Pkcs11, packet).Select(r => r.Algorithm));

        using var missing = Identity("missing.yaml", token.KeyFile("object=none"));
        using var one = Identity("one.yaml", token.KeyFile("object=one"));
        using var two = Identity("two.yaml", token.KeyFile("id=%02"));
        var opened = await UnwrapAsync(packet, missing, two, one);
        Assert.Equal(s_options, opened.PrivateOptions);
        Assert.Equal(2, opened.Recipient);
        Assert.Equal(["missing.yaml", "two.yaml", "two.yaml"], opened.Failures.Select(f => f.Identity));

        var rest = Scheme.RemoveRecipient(packet, 2)!;
        var failed = await UnwrapAsync(rest, two);
        Assert.Null(failed.PrivateOptions);
        Assert.All(failed.Failures, f => Assert.Contains("made for another key", f.Reason, StringComparison.Ordinal));
        Assert.Equal(1, (await UnwrapAsync(rest, one)).Recipient);
    }

    [Fact]
    public async Task With_sha256_the_token_opens_a_large_key_and_a_small_one_is_refused_early()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateRsaAsync("large", "01", 3072);
        _environment["OCICRYPT_OAEP_HASHALG"] = "SHA256";
        var packet = await WrapAsync(_folder.Write("large.yaml", token.KeyFile("object=large")));
        Assert.Contains("\"hash\":\"sha256\"", Encoding.UTF8.GetString(packet), StringComparison.Ordinal);
        using var identity = Identity("large.yaml", token.KeyFile("object=large"));
        Assert.Equal(s_options, (await UnwrapAsync(packet, identity)).PrivateOptions);

        using var small = RSA.Create(2048);
        var error = await RefusedAsync(_folder.Write("small.pem", small.ExportSubjectPublicKeyInfoPem()));
        Assert.Contains("2048 bits: with sha256 it takes 190 bytes and a layer needs 193", error.Message, StringComparison.Ordinal);
        Assert.Contains("sha1 fits", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_pin_is_a_reason_and_never_shown()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateRsaAsync("k", "01", 2048);
        var packet = await WrapAsync(_folder.Write("k.yaml", token.KeyFile("object=k")));
        using var identity = Identity("k.yaml", token.KeyFile("object=k", "pin-value=not-the-pin"));
        var result = await UnwrapAsync(packet, identity);
        var failure = Assert.Single(result.Failures);
        Assert.Contains("CKR_PIN_INCORRECT", failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-pin", failure.Reason, StringComparison.Ordinal);
        Assert.False(failure.Damaged);
    }

    [Fact]
    public async Task A_flipped_bit_in_a_blob_opens_nothing()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateRsaAsync("k", "01", 2048);
        var packet = await WrapAsync(_folder.Write("k.yaml", token.KeyFile("object=k")));
        var blob = Pkcs11Packet.Read(packet)[0].Blob;
        blob[100] ^= 1;
        using var identity = Identity("k.yaml", token.KeyFile("object=k"));
        var result = await UnwrapAsync(Pkcs11Packet.Write([(blob, Coffer.Pkcs11.Keys.OaepHash.Sha1)]), identity);
        Assert.Null(result.PrivateOptions);
        Assert.Single(result.Failures);
    }

    [Fact]
    public async Task Public_keys_are_read_in_every_usual_form()
    {
        using var rsa = RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=k", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        string[] files =
        [
            _folder.Write("spki.pem", "a comment\n" + rsa.ExportSubjectPublicKeyInfoPem()),
            _folder.Write("pkcs1.pem", rsa.ExportRSAPublicKeyPem()),
            _folder.Write("certificate.pem", certificate.ExportCertificatePem()),
            _folder.Write("spki.der", rsa.ExportSubjectPublicKeyInfo()),
            _folder.Write("pkcs1.der", rsa.ExportRSAPublicKey()),
            _folder.Write("certificate.der", certificate.RawData),
        ];
        var packet = await WrapAsync(files);
        foreach (var recipient in Pkcs11Packet.Read(packet))
            Assert.Equal(s_options, rsa.Decrypt(recipient.Blob, RSAEncryptionPadding.OaepSHA1));
    }

    [Fact]
    public async Task What_cannot_be_a_recipient_is_named_before_anything_is_read()
    {
        using var rsa = RSA.Create(2048);
        using var tiny = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Contains("private key", (await RefusedAsync(_folder.Write("private.pem", rsa.ExportPkcs8PrivateKeyPem()))).Message, StringComparison.Ordinal);
        Assert.Contains("no RSA public key", (await RefusedAsync(_folder.Write("ec.pem", ec.ExportSubjectPublicKeyInfoPem()))).Message, StringComparison.Ordinal);
        Assert.Contains("no RSA public key", (await RefusedAsync(_folder.Write("junk.der", [0x30, 0, 0]))).Message, StringComparison.Ordinal);
        Assert.Contains("is no pkcs11 recipient", (await RefusedAsync(_folder.Write("text", "hello"))).Message, StringComparison.Ordinal);
        Assert.Contains("is no pkcs11 recipient", (await RefusedAsync(_folder.Write("empty", ""))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await RefusedAsync(_folder.Combine("absent"))).Message, StringComparison.Ordinal);
        Assert.Contains("longer than", (await RefusedAsync(_folder.Write("huge", new byte[70_000]))).Message, StringComparison.Ordinal);
        Assert.Contains("1024 bits: with sha1 it takes 86 bytes", (await RefusedAsync(_folder.Write("tiny.pem", tiny.ExportSubjectPublicKeyInfoPem()))).Message, StringComparison.Ordinal);
        Assert.Contains("no PKCS #11 module", (await RefusedAsync(_folder.Write("uri", "pkcs11:token=t;object=k?module-name=no-such-module\n"))).Message, StringComparison.Ordinal);
        _environment["OCICRYPT_OAEP_HASHALG"] = "md5";
        Assert.Equal(ExitStatus.Usage, (await RefusedAsync(_folder.Combine("absent"))).ExitStatus);
    }

    [Fact]
    public async Task A_packet_that_is_none_is_damage_for_every_key()
    {
        using var identity = Identity("k", "pkcs11:object=k?module-name=softhsm2");
        var result = await UnwrapAsync("{}"u8.ToArray(), identity);
        Assert.True(Assert.Single(result.Failures).Damaged);
        Assert.Null(Scheme.CreateUnwrapper([new ProviderIdentity("p", null)]));
    }

    private static Pkcs11Identity Identity(string source, string keyFile) => new(source, Encoding.UTF8.GetBytes(keyFile));

    private async Task<byte[]> WrapAsync(params string[] files)
    {
        var wrapper = Assert.Single(await Scheme.CreateWrappersAsync([.. files.Select(f => new RecipientSpec("pkcs11", f))], TestContext.Current.CancellationToken));
        using (wrapper)
        {
            Assert.Equal(EncAnnotations.Pkcs11, wrapper.Annotation);
            return await wrapper.WrapAsync(s_options, TestContext.Current.CancellationToken);
        }
    }

    private async Task<UnwrapResult> UnwrapAsync(byte[] packet, params Identity[] identities) =>
        await Scheme.CreateUnwrapper(identities)!.UnwrapAsync(EncAnnotations.Pkcs11, packet, TestContext.Current.CancellationToken);

    private async Task<CofferException> RefusedAsync(string file) =>
        await Assert.ThrowsAsync<CofferException>(async () => await Scheme.CreateWrappersAsync([new RecipientSpec("pkcs11", file)], TestContext.Current.CancellationToken));
}
