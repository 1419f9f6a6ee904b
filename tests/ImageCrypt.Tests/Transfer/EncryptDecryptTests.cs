using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

public sealed class EncryptDecryptTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Decrypted_image_is_the_original_down_to_the_manifest_digest()
    {
        var digest = _bench.Layout.Image("1", layers: [LayerCompression.Gzip, LayerCompression.None, LayerCompression.Zstd]);

        var encrypted = await _bench.EncryptAsync("in:1", "enc:1");
        var decrypted = await _bench.DecryptAsync("enc:1", "dec:1", strict: true, diffIds: true);

        Assert.Equal(digest, decrypted.Root.Digest.ToString());
        Assert.All(encrypted.Layers, l => Assert.EndsWith("+encrypted", l.After.MediaType, StringComparison.Ordinal));
        Assert.All(encrypted.Layers, l => Assert.Equal(l.Before.Size, l.After.Size));
        Assert.All(encrypted.Layers, l => Assert.NotEqual(_bench.Blob("in", l.Before.Digest), _bench.Blob("enc", l.After.Digest)));
        Assert.Empty(_bench.Warnings);
    }

    [Fact]
    public async Task Two_encryptions_share_no_key_stream()
    {
        _bench.Layout.Image("1");

        var one = await _bench.EncryptAsync("in:1", "a:1");
        var two = await _bench.EncryptAsync("in:1", "b:1");

        Assert.NotEqual(one.Layers[0].After.Digest, two.Layers[0].After.Digest);
    }

    [Fact]
    public async Task Identical_layers_are_encrypted_once()
    {
        var layout = new ImageLayout(_bench.Path("same"));
        var config = layout.Put("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""");
        var layer = ImageLayout.Descriptor(MediaTypes.OciLayer, layout.Put("the same bytes twice"));
        layout.Tag("1", MediaTypes.OciManifest, layout.Put($$"""{"schemaVersion":2,"config":{{ImageLayout.Descriptor(MediaTypes.OciConfig, config)}},"layers":[{{layer}},{{layer}}]}"""), "");

        var result = await _bench.EncryptAsync("same:1", "enc:1");

        Assert.Equal(result.Layers[0].After.Digest, result.Layers[1].After.Digest);
        await _bench.DecryptAsync("enc:1", "dec:1");
    }

    [Fact]
    public async Task Docker_image_becomes_an_OCI_image_and_keeps_its_config()
    {
        _bench.Layout.Image("1", docker: true, layers: [LayerCompression.Gzip, LayerCompression.None]);

        var result = await _bench.EncryptAsync("in:1", "enc:1");
        var manifest = await _bench.ManifestAsync("enc:1");

        Assert.Equal(MediaTypes.OciManifest, manifest.MediaType);
        Assert.Equal(MediaTypes.OciConfig, manifest.Config.MediaType);
        Assert.Equal((await _bench.ManifestAsync("in:1")).Config.Digest, manifest.Config.Digest);
        Assert.Equal([MediaTypes.OciLayerGzip + "+encrypted", MediaTypes.OciLayer + "+encrypted"], result.Layers.Select(l => l.After.MediaType));
    }

    [Theory]
    [InlineData(new[] { 0 }, new[] { true, false, false })]
    [InlineData(new[] { -1 }, new[] { false, false, true })]
    [InlineData(new[] { 0, -1, 2 }, new[] { true, false, true })]
    public async Task Chosen_layers_are_encrypted_and_others_not(int[] chosen, bool[] encrypted)
    {
        _bench.Layout.Image("1", layers: [LayerCompression.Gzip, LayerCompression.Gzip, LayerCompression.Gzip]);

        var result = await _bench.EncryptAsync("in:1", "enc:1", chosen);

        Assert.Equal(encrypted, result.Layers.Select(l => EncAnnotations.IsEncrypted(l.After.MediaType)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    public async Task Layer_out_of_range_is_wrong_usage(int layer)
    {
        _bench.Layout.Image("1");

        var error = await Assert.ThrowsAsync<CofferException>(() => _bench.EncryptAsync("in:1", "enc:1", [layer]));

        Assert.Equal(ExitStatus.Usage, error.ExitStatus);
        Assert.False(Directory.Exists(_bench.Path("enc")));
    }

    [Fact]
    public async Task Encrypted_layer_is_never_passed_over_in_silence()
    {
        _bench.Layout.Image("1", layers: [LayerCompression.Gzip, LayerCompression.Gzip]);
        await _bench.EncryptAsync("in:1", "half:1", [0]);

        var error = await Assert.ThrowsAsync<CofferException>(() => _bench.EncryptAsync("half:1", "enc:1"));
        Assert.Contains("coffer rewrap", error.Hint, StringComparison.Ordinal);

        var result = await _bench.EncryptAsync("half:1", "enc:1", skip: true);
        Assert.Equal([null, "encrypting"], result.Layers.Select(l => l.Change));
    }

    [Fact]
    public async Task Wrong_key_is_explained_and_nothing_appears()
    {
        _bench.Layout.Image("1");
        await _bench.EncryptAsync("in:1", "enc:1");

        var error = await Assert.ThrowsAsync<NoUsableKeyException>(() => _bench.DecryptAsync("enc:1", "dec:1", _bench.OtherPrivateKey));

        Assert.Equal(ExitStatus.NoUsableKey, error.ExitStatus);
        Assert.Contains("1 jwe", error.Message, StringComparison.Ordinal);
        Assert.Contains("jwe:0", Assert.Single(error.Details), StringComparison.Ordinal);
        Assert.Contains(_bench.OtherPrivateKey, error.Details[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Path("dec")));
    }

    [Fact]
    public async Task Index_keeps_its_instances_and_their_platforms()
    {
        var digest = _bench.Layout.Index("1", "amd64", "arm64");

        var encrypted = await _bench.EncryptAsync("in:1", "enc:1", selection: InstanceSelection.All);
        var decrypted = await _bench.DecryptAsync("enc:1", "dec:1");

        Assert.Equal(["linux/amd64", "linux/arm64"], ImageIndex.Parse(encrypted.Root).Manifests.Select(m => m.Platform!.ToString()));
        Assert.Equal(digest, decrypted.Root.Digest.ToString());
    }

    [Fact]
    public async Task One_platform_gives_its_manifest_and_a_missing_one_names_those_present()
    {
        _bench.Layout.Index("1", "amd64", "arm64");

        var one = await _bench.EncryptAsync("in:1", "enc:1", selection: InstanceSelection.Of([Platform.Parse("linux/arm64")]));
        Assert.Equal(MediaTypes.OciManifest, one.Root.MediaType);

        var error = await Assert.ThrowsAsync<CofferException>(() => _bench.EncryptAsync("in:1", "x:1", selection: InstanceSelection.Of([Platform.Parse("linux/s390x")])));
        Assert.Contains("linux/amd64, linux/arm64", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indexes_nested_without_end_are_refused()
    {
        var inner = _bench.Layout.Put("""{"schemaVersion":2,"manifests":[]}""");
        for (var i = 0; i < OciLimits.IndexDepth + 1; i++)
        {
            inner = _bench.Layout.Put($$"""{"schemaVersion":2,"manifests":[{{ImageLayout.Descriptor(MediaTypes.OciIndex, inner)}}]}""");
        }
        _bench.Layout.Tag("1", MediaTypes.OciIndex, inner, "");

        var error = await Assert.ThrowsAsync<MalformedImageException>(() => _bench.EncryptAsync("in:1", "enc:1", selection: InstanceSelection.All));

        Assert.Contains("levels deep", error.Message, StringComparison.Ordinal);
    }
}
