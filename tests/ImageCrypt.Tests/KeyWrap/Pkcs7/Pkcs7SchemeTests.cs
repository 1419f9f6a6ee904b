using System.Security.Cryptography;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap.Pkcs7;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pkcs7;

public sealed class Pkcs7SchemeTests : IDisposable
{
    private static readonly byte[] Options = "{\"symkey\":\"AAAA\",\"digest\":\"sha256:00\",\"cipheroptions\":{\"nonce\":\"AAAA\"}}"u8.ToArray();
    private readonly TempDirectory _folder = new();
    private readonly Pkcs7Scheme _scheme = new();

    [Theory]
    [InlineData("-aes128")]
    [InlineData("-aes256")]
    [InlineData("-des3")]
    [InlineData("-aes256 -keyid")]
    [InlineData("-aes256 -stream")]
    [InlineData("-aes-128-gcm")]
    [InlineData("-aes-256-gcm")]
    [InlineData("-aes256 -keyopt rsa_padding_mode:oaep")]
    [InlineData("-aes256 -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256")]
    public async Task What_openssl_cms_writes_opens(string options)
    {
        var (key, certificate) = await MakeAsync("a");
        var packet = await CmsAsync(options, certificate);
        var described = Assert.Single(_scheme.Describe(EncAnnotations.Pkcs7, packet));
        Assert.Equal(!options.Contains("keyid", StringComparison.Ordinal), described.Serial is not null);
        Assert.NotEqual(options.Contains("keyid", StringComparison.Ordinal), described.Kid is null);
        Assert.Equal(Options, (await UnwrapAsync(packet, key)).PrivateOptions);
        Assert.Equal(Options, (await UnwrapAsync(packet, key, certificate)).PrivateOptions);
        var (stranger, _) = await MakeAsync("b");
        var result = await UnwrapAsync(packet, stranger);
        Assert.Null(result.PrivateOptions);
        Assert.Contains("does not open it", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_is_cut_out_of_what_openssl_wrote()
    {
        var (key1, certificate1) = await MakeAsync("a");
        var (key2, certificate2) = await MakeAsync("b");
        var packet = await CmsAsync("-aes-256-gcm", certificate1, certificate2);
        var first = (await UnwrapAsync(packet, key1)).Recipient;
        var rest = _scheme.RemoveRecipient(packet, first)!;
        Assert.Null((await UnwrapAsync(rest, key1)).PrivateOptions);
        Assert.Equal(Options, (await UnwrapAsync(rest, key2)).PrivateOptions);
        File.WriteAllBytes(_folder.Combine("rest"), rest);
        var opened = await Tool.RunAsync(Peers.Require("openssl"), "cms", "-decrypt", "-binary", "-inform", "DER", "-in", _folder.Combine("rest"), "-inkey", key2, "-recip", certificate2);
        Assert.Equal(Options, opened.ShouldSucceed().OutputBytes.ToArray());
    }

    [Fact]
    public async Task An_ec_recipient_of_cms_is_listed_and_refused_with_its_reason()
    {
        var secret = TestKeys.EcPem(ECCurve.NamedCurves.nistP256);
        var certificate = _folder.Write("ec.pem", TestKeys.CertificatePem(secret));
        var packet = await CmsAsync("-aes256", certificate);
        Assert.Single(_scheme.Describe(EncAnnotations.Pkcs7, packet));
        var result = await UnwrapAsync(packet, _folder.Write("ec.key", secret));
        Assert.Contains("key agreement", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        var e = await Assert.ThrowsAsync<CofferException>(async () => await _scheme.CreateWrappersAsync([new RecipientSpec("pkcs7", certificate)], CancellationToken.None));
        Assert.Contains("need RSA", e.Message, StringComparison.Ordinal);
        Assert.Contains("jwe:", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Single_des_is_refused_by_name()
    {
        var (key, certificate) = await MakeAsync("a");
        var legacy = await Tool.RunAsync(Peers.Require("openssl"), ["cms", "-encrypt", "-binary", "-des", "-outform", "DER", "-provider", "legacy", "-provider", "default", certificate], new ToolOptions { Input = Options });
        Assert.SkipWhen(legacy.ExitCode != 0, "this openssl has no legacy provider");
        Assert.Contains("DES-CBC is refused", Assert.Single((await UnwrapAsync(legacy.OutputBytes.ToArray(), key)).Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_its_certificate_a_key_that_does_not_open_its_recipient_shows_damage()
    {
        var (key, certificate) = await MakeAsync("a");
        using var wrapper = Assert.Single(await _scheme.CreateWrappersAsync([new RecipientSpec("pkcs7", certificate)], CancellationToken.None));
        var packet = await wrapper.WrapAsync(Options, CancellationToken.None);
        packet[^1] ^= 1;
        Assert.True(Assert.Single((await UnwrapAsync(packet, key, certificate)).Failures).Damaged);
        Assert.False(Assert.Single((await UnwrapAsync(packet, key)).Failures).Damaged);
    }

    [Fact]
    public async Task A_certificate_alone_opens_nothing_and_says_what_is_missing()
    {
        var (_, certificate) = await MakeAsync("a");
        var (other, stranger) = await MakeAsync("b");
        using var wrapper = Assert.Single(await _scheme.CreateWrappersAsync([new RecipientSpec("pkcs7", certificate)], CancellationToken.None));
        var packet = await wrapper.WrapAsync(Options, CancellationToken.None);
        Assert.Contains("private key was not given", Assert.Single((await UnwrapAsync(packet, certificate)).Failures).Reason, StringComparison.Ordinal);
        Assert.Contains("no recipient is named", (await UnwrapAsync(packet, other, stranger)).Failures[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_public_key_is_no_certificate()
    {
        var file = _folder.Write("pub", TestKeys.PublicPem(TestKeys.RsaPem()));
        var e = await Assert.ThrowsAsync<CofferException>(async () => await _scheme.CreateWrappersAsync([new RecipientSpec("pkcs7", file)], CancellationToken.None));
        Assert.Contains("no certificate", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(string Key, string Certificate)> MakeAsync(string name)
    {
        var secret = TestKeys.RsaPem();
        var key = _folder.Write(name + ".key", secret);
        // Made by openssl, because it names recipients by a subject key identifier that only its certificates carry.
        var certificate = _folder.Combine(name + ".pem");
        (await Tool.RunAsync(Peers.Require("openssl"), "req", "-x509", "-new", "-key", key, "-subj", $"/O=test/CN={name}", "-days", "10", "-out", certificate)).ShouldSucceed();
        return (key, certificate);
    }

    private static async Task<byte[]> CmsAsync(string options, params string[] certificates)
    {
        string[] before = options.Contains("-keyopt", StringComparison.Ordinal) ? [] : options.Split(' ');
        var arguments = new List<string> { "cms", "-encrypt", "-binary", "-outform", "DER" };
        if (before.Length > 0)
        {
            arguments.AddRange(before);
            arguments.AddRange(certificates);
        }
        else
        {
            // Options of one recipient follow its certificate, which then stands after -recip.
            var parts = options.Split(' ');
            arguments.Add(parts[0]);
            foreach (var certificate in certificates) arguments.AddRange(["-recip", certificate, .. parts[1..]]);
        }
        return (await Tool.RunAsync(Peers.Require("openssl"), arguments, new ToolOptions { Input = Options })).ShouldSucceed().OutputBytes.ToArray();
    }

    private async Task<ImageCrypt.KeyWrap.UnwrapResult> UnwrapAsync(byte[] packet, params string[] keys)
    {
        var identities = new List<Identity>();
        foreach (var key in keys) identities.AddRange(await new IdentityReader().ReadAsync(IdentitySpec.Parse(key), CancellationToken.None));
        return await _scheme.CreateUnwrapper(identities)!.UnwrapAsync(EncAnnotations.Pkcs7, packet, CancellationToken.None);
    }
}
