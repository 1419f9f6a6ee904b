using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

public sealed class RewrapTests : IDisposable
{
    private const string Foreign = EncAnnotations.KeysPrefix + "later";

    private readonly Workbench _bench = new();

    public RewrapTests() => _bench.Layout.Image("1", layers: [LayerCompression.Gzip, LayerCompression.Gzip]);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Added_recipient_opens_the_image_and_the_old_one_still_does()
    {
        var before = await _bench.EncryptAsync("in:1", "enc:1");

        var after = await _bench.RewrapAsync("enc:1", _bench.PrivateKey, [_bench.OtherPublicKey]);

        Assert.NotEqual(before.Root.Digest, after.Root.Digest);
        Assert.Equal(before.Layers.Select(l => l.After.Digest), after.Layers.Select(l => l.After.Digest));
        await _bench.DecryptAsync("enc:1", "a:1", _bench.PrivateKey, strict: true);
        await _bench.DecryptAsync("enc:1", "b:1", _bench.OtherPrivateKey, strict: true);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("opened")]
    [InlineData("jwe")]
    [InlineData("jwe:0")]
    public async Task Replaced_recipient_is_out_and_the_new_one_is_in(string selector)
    {
        await _bench.EncryptAsync("in:1", "enc:1");

        await _bench.RewrapAsync("enc:1", _bench.PrivateKey, [_bench.OtherPublicKey], selector);

        await Assert.ThrowsAsync<NoUsableKeyException>(() => _bench.DecryptAsync("enc:1", "a:1", _bench.PrivateKey));
        await _bench.DecryptAsync("enc:1", "b:1", _bench.OtherPrivateKey, strict: true, diffIds: true);
    }

    [Theory]
    [InlineData("jwe:1")]
    [InlineData("opened")]
    public async Task One_recipient_of_a_shared_packet_is_cut_out(string selector)
    {
        using (var recipients = await Workbench.Recipients(_bench.PublicKey, _bench.OtherPublicKey))
        {
            await _bench.RunAsync("in:1", "enc:1", new Encrypt.EncryptTransform(recipients));
        }

        await _bench.RewrapAsync("enc:1", selector == "opened" ? _bench.OtherPrivateKey : null, [], selector);

        await Assert.ThrowsAsync<NoUsableKeyException>(() => _bench.DecryptAsync("enc:1", "a:1", _bench.OtherPrivateKey));
        await _bench.DecryptAsync("enc:1", "b:1", _bench.PrivateKey, strict: true);
    }

    [Fact]
    public async Task Layer_is_never_left_without_a_recipient()
    {
        var before = await _bench.EncryptAsync("in:1", "enc:1");

        var error = await Assert.ThrowsAsync<CofferException>(() => _bench.RewrapAsync("enc:1", null, [], "all"));

        Assert.Contains("no recipient", error.Message, StringComparison.Ordinal);
        Assert.Equal(before.Root.Digest, (await _bench.ManifestAsync("enc:1")).Content.Digest);
    }

    [Fact]
    public async Task Recipients_that_nobody_here_can_read_stay_unless_told_otherwise()
    {
        await _bench.EncryptAsync("in:1", "enc:1");
        await _bench.ForgeAsync("enc:1", "more", (d, bytes) => (d.WithAnnotation(Foreign, "YWJj,%%%"), bytes));

        var kept = await _bench.RewrapAsync("more:1", _bench.PrivateKey, [_bench.OtherPublicKey], "opened");
        Assert.All(kept.Layers, l => Assert.Equal("YWJj,%%%", l.After.Annotations[Foreign]));

        var gone = await _bench.RewrapAsync("more:1", _bench.OtherPrivateKey, [_bench.PublicKey], "all");
        Assert.All(gone.Layers, l => Assert.DoesNotContain(Foreign, l.After.Annotations.Keys));
    }

    [Fact]
    public async Task Adding_takes_a_key_that_opens()
    {
        await _bench.EncryptAsync("in:1", "enc:1");

        await Assert.ThrowsAsync<NoUsableKeyException>(() => _bench.RewrapAsync("enc:1", _bench.OtherPrivateKey, [_bench.OtherPublicKey]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("everything")]
    [InlineData("jwe:x")]
    [InlineData("jwe:-1")]
    [InlineData("kid:")]
    public void Unknown_selector_is_wrong_usage(string selector) =>
        Assert.Equal(ExitStatus.Usage, Assert.Throws<CofferException>(() => RemovalSelector.Parse(selector)).ExitStatus);
}
