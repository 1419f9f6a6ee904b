using System.Text;
using Coffer.Interop.Compared;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Containerd;

/// <summary>
/// containerd 1.7 pulls encrypted images from a registry and unpacks them with the product as its stream processor, as the
/// sample configuration has it. No container is started: what is unpacked is looked at instead.
/// </summary>
public sealed class ContainerdTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(RecipientNames.Rsa3072)]
    [InlineData(RecipientNames.P256)]
    [InlineData(RecipientNames.Pkcs7)]
    [InlineData(RecipientNames.PgpRsa)]
    [InlineData(RecipientNames.Provider)]
    public async Task Image_is_pulled_and_unpacked(string name)
    {
        var recipient = await bench.Keys.GetAsync(name);
        var image = await PushAsync(recipient, LayerCompression.Gzip, LayerCompression.Gzip);
        await using var node = await ContainerdNode.StartAsync(CofferBinary.Require());
        Give(node, recipient);

        Assert.Null(await node.PullAsync(image));
        ShouldBeUnpacked(node, layers: 2);
    }

    [Theory]
    [InlineData(LayerCompression.None)]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    public async Task Layers_of_every_compression_are_unpacked(LayerCompression compression)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var image = await PushAsync(recipient, compression);
        await using var node = await ContainerdNode.StartAsync(CofferBinary.Require());
        Give(node, recipient);

        Assert.Null(await node.PullAsync(image));
        ShouldBeUnpacked(node, layers: 1);
    }

    [Fact]
    public async Task Pull_without_the_key_fails_and_says_why()
    {
        var image = await PushAsync(await bench.Keys.GetAsync(RecipientNames.P256), LayerCompression.Gzip);
        await using var node = await ContainerdNode.StartAsync(CofferBinary.Require());
        Give(node, await bench.Keys.GetAsync(RecipientNames.P384));

        var failure = await node.FailToPullAsync(image);

        Assert.Contains("no key given opens layer", failure, StringComparison.Ordinal);
        Assert.Contains("it is sealed to an EC key on P-256, this one is on P-384", failure, StringComparison.Ordinal);
        Assert.True(await node.HasRemovedAsync("layer-0.bin"));
    }

    // A layer of which nothing leaves before its MAC was checked shows the decoder's own words; of a longer one containerd
    // tells what its tar reader met: an end before the end.
    [Theory]
    [InlineData(100_000, "fails its MAC")]
    [InlineData(6_000_000, "unexpected EOF")]
    public async Task Pull_with_an_altered_mac_fails_and_nothing_is_kept(int bytes, string said)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var image = await PushAsync(recipient, bytes, folder => AlteredLayout.Options(folder, options => options["hmac"] = Convert.ToBase64String(new byte[32])), LayerCompression.Gzip);
        await using var node = await ContainerdNode.StartAsync(CofferBinary.Require());
        Give(node, recipient);

        var failure = await node.FailToPullAsync(image);

        Assert.Contains(said, failure, StringComparison.Ordinal);
        Assert.True(await node.HasRemovedAsync("layer-0.bin"));
    }

    [Fact]
    public async Task Key_provider_daemon_opens_images_while_it_runs()
    {
        await using var daemon = await ProviderDaemon.StartAsync();
        var (first, second) = (await PushAsync(daemon.Recipient, LayerCompression.Gzip), await PushAsync(daemon.Recipient, LayerCompression.Zstd));
        await using var node = await ContainerdNode.StartAsync(CofferBinary.Require());
        Give(node, daemon.Recipient);

        Assert.Null(await node.PullAsync(first));
        ShouldBeUnpacked(node, layers: 1);

        await daemon.StopAsync();
        var failure = await node.FailToPullAsync(second);
        Assert.Contains("no key given opens layer", failure, StringComparison.Ordinal);
        Assert.Contains("provider:coffer", failure, StringComparison.Ordinal);
        Assert.Contains("kp.sock", failure, StringComparison.Ordinal);
    }

    private Task<string> PushAsync(Recipient recipient, params LayerCompression[] layers) => PushAsync(recipient, 3_000_000, _ => { }, layers);

    private async Task<string> PushAsync(Recipient recipient, int layerBytes, Action<string> alter, params LayerCompression[] layers)
    {
        var name = Guid.NewGuid().ToString("n");
        var (plain, encrypted) = (_work.Combine(name, "image"), _work.Combine(name, "encrypted"));
        new ImageLayout(plain, seed: name.GetHashCode(StringComparison.Ordinal)).Image("1", layerBytes, layers: layers);
        (await Product.EncryptAsync($"oci:{plain}:1", $"oci:{encrypted}:1", recipient)).ShouldSucceed();
        alter(encrypted);
        var image = $"{(await bench.RegistryAsync()).Host}/containerd/{name}:1";
        (await CofferBinary.RunAsync("copy", "--quiet", "--dest-tls-verify=false", $"oci:{encrypted}:1", $"docker://{image}")).ShouldSucceed();
        return image;
    }

    private static void Give(ContainerdNode node, Recipient recipient)
    {
        foreach (var key in recipient.Decrypt.Where(File.Exists)) File.Copy(key, Path.Combine(node.Keys, Path.GetFileName(key)));
        if (recipient.Environment.GetValueOrDefault("OCICRYPT_KEYPROVIDER_CONFIG") is { } config) File.Copy(config, node.ProviderConfig);
    }

    private static void ShouldBeUnpacked(ContainerdNode node, int layers)
    {
        for (var i = 0; i < layers; i++)
        {
            var copies = node.Unpacked($"layer-{i}.txt");
            Assert.NotEmpty(copies);
            Assert.All(copies, c => Assert.Contains($"amd64 layer {i}", Encoding.UTF8.GetString(c), StringComparison.Ordinal));
        }
    }
}
