using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Jwe;
using Coffer.Jose;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Jwe;

public sealed class JweSchemeTests : IDisposable
{
    private static readonly byte[] Options = "{\"symkey\":\"x\"}"u8.ToArray();
    private readonly TempDirectory _folder = new();
    private readonly JweScheme _scheme = new();

    [Fact]
    public async Task One_recipient_gives_the_flattened_form_of_the_field()
    {
        using var packet = JsonDocument.Parse(Assert.Single(await WrapAsync(TestKeys.PublicPem(TestKeys.RsaPem()))));
        Assert.Equal(["protected", "encrypted_key", "iv", "ciphertext", "tag"], packet.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal("""{"alg":"RSA-OAEP","enc":"A256GCM"}""", Header(packet));
    }

    [Fact]
    public async Task Several_recipients_give_the_general_form_without_the_redundant_member()
    {
        using var packet = JsonDocument.Parse(Assert.Single(await WrapAsync(
            TestKeys.PublicPem(TestKeys.RsaPem()), TestKeys.CertificatePem(TestKeys.EcPem(ECCurve.NamedCurves.nistP521)))));
        Assert.Equal(["protected", "recipients", "iv", "ciphertext", "tag"], packet.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal("""{"enc":"A256GCM"}""", Header(packet));
        Assert.Equal(["RSA-OAEP", "ECDH-ES+A256KW"], packet.RootElement.GetProperty("recipients").EnumerateArray().Select(r => r.GetProperty("header").GetProperty("alg").GetString()));
    }

    [Fact]
    public async Task Algorithm_and_name_of_a_jwk_are_kept()
    {
        var packet = Assert.Single(await WrapAsync(Jwk("ci", "RSA-OAEP-256", out _)));
        var described = Assert.Single(_scheme.Describe(EncAnnotations.Jwe, packet));
        Assert.Equal("RSA-OAEP-256", described.Algorithm);
        Assert.Equal("ci", described.Kid);
    }

    [Fact]
    public async Task Symmetric_recipients_stand_apart_so_that_old_readers_open_the_rest()
    {
        using var shared = Jose.Jwk.FromSymmetric(RandomNumberGenerator.GetBytes(32));
        var packets = await WrapAsync(Encoding.UTF8.GetString(shared.ToPrivateJson()), TestKeys.PublicPem(TestKeys.RsaPem()));
        Assert.Equal(["RSA-OAEP", "A256KW"], packets.Select(p => Assert.Single(_scheme.Describe(EncAnnotations.Jwe, p)).Algorithm));
    }

    [Theory]
    [InlineData("RSA1_5")]
    [InlineData("dir")]
    [InlineData("ECDH-ES")]
    [InlineData("ECDH-ES+A256KW")]
    [InlineData("RS256")]
    public async Task A_jwk_for_an_algorithm_that_nobody_reads_or_that_is_not_its_own_is_refused(string algorithm) =>
        await Assert.ThrowsAsync<CofferException>(() => WrapAsync(Jwk(null, algorithm, out _)));

    [Fact]
    public async Task Each_key_gets_its_own_reason_for_each_recipient()
    {
        var packet = Assert.Single(await WrapAsync(Jwk("ci", null, out _), TestKeys.PublicPem(TestKeys.EcPem(ECCurve.NamedCurves.nistP256))));
        var identities = new List<Identity>();
        identities.AddRange(await ReadAsync("rsa.key", TestKeys.RsaPem()));
        identities.AddRange(await ReadAsync("ec.key", TestKeys.EcPem(ECCurve.NamedCurves.nistP384)));
        var result = await _scheme.CreateUnwrapper(identities)!.UnwrapAsync(EncAnnotations.Jwe, packet, CancellationToken.None);
        Assert.Equal(4, result.Failures.Count);
        Assert.Equal("RSA-OAEP kid=ci", result.Failures[0].Recipient);
        Assert.Contains("does not open it", result.Failures[0].Reason, StringComparison.Ordinal);
        Assert.Contains("takes an EC key", result.Failures[1].Reason, StringComparison.Ordinal);
        Assert.Contains("takes an RSA key", result.Failures[2].Reason, StringComparison.Ordinal);
        Assert.Contains("P-384", result.Failures[3].Reason, StringComparison.Ordinal);
        Assert.EndsWith("ec.key", result.Failures[3].Identity, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Altered_content_under_a_proven_key_is_damage()
    {
        var secret = TestKeys.EcPem(ECCurve.NamedCurves.nistP256);
        var text = Encoding.UTF8.GetString(Assert.Single(await WrapAsync(TestKeys.PublicPem(secret))));
        var at = text.IndexOf("\"ciphertext\":\"", StringComparison.Ordinal) + 14;
        var altered = text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
        var result = await _scheme.CreateUnwrapper(await ReadAsync("ec.key", secret))!.UnwrapAsync(EncAnnotations.Jwe, Encoding.UTF8.GetBytes(altered), CancellationToken.None);
        Assert.True(Assert.Single(result.Failures).Damaged);
    }

    [Theory]
    [InlineData("""{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}""")]
    [InlineData("""{"alg":"RSA-OAEP","enc":"A256GCM","crit":["x"],"x":1}""")]
    public void Compression_and_unknown_extensions_are_malformed(string header) =>
        Assert.Throws<MalformedPacketException>(() => _scheme.Describe(EncAnnotations.Jwe, Flattened(header)));

    [Fact]
    public async Task A_password_recipient_with_huge_work_is_listed_and_never_worked_on()
    {
        var packet = Flattened("""{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2s":"AAAAAAAAAAA","p2c":2147483647}""");
        Assert.StartsWith("PBES2", Assert.Single(_scheme.Describe(EncAnnotations.Jwe, packet)).Algorithm, StringComparison.Ordinal);
        var result = await _scheme.CreateUnwrapper(await ReadAsync("key", TestKeys.RsaPem()))!.UnwrapAsync(EncAnnotations.Jwe, packet, CancellationToken.None);
        Assert.Contains("refused", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Flattened(string header) => Encoding.ASCII.GetBytes(
        $$"""{"protected":"{{System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header))}}","encrypted_key":"AAAA","iv":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}""");

    private static string Header(JsonDocument packet) =>
        Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(packet.RootElement.GetProperty("protected").GetString()));

    private static string Jwk(string? kid, string? algorithm, out string secret)
    {
        secret = TestKeys.RsaPem();
        using var rsa = RSA.Create();
        rsa.ImportFromPem(secret);
        using var key = Jose.Jwk.FromRsa(rsa.ExportParameters(false));
        using var named = key.WithNames(kid, algorithm);
        return named.ToPublicJson();
    }

    private Task<IReadOnlyList<Identity>> ReadAsync(string name, string content) =>
        new IdentityReader().ReadAsync(IdentitySpec.Parse(_folder.Write(name, content)), CancellationToken.None).AsTask();

    private async Task<List<byte[]>> WrapAsync(params string[] recipients)
    {
        var specs = recipients.Select((r, i) => new RecipientSpec("jwe", _folder.Write($"recipient{i}", r))).ToList();
        var packets = new List<byte[]>();
        foreach (var wrapper in await _scheme.CreateWrappersAsync(specs, CancellationToken.None))
        {
            packets.Add(await wrapper.WrapAsync(Options, CancellationToken.None));
            wrapper.Dispose();
        }
        return packets;
    }
}
