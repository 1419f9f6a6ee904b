using Coffer.Interop.Images;
using Coffer.Interop.Matrix;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>From an owner's encryption to a container on an enrolled, measured node, with real parts throughout.</summary>
public sealed class ReleaseTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Skopeo_encrypts_into_a_registry_and_buildah_starts_a_container_on_the_node()
    {
        await using var site = await Site.StartAsync();
        BusyboxImage.Write(_work.Combine("image"));
        var encrypted = await EncryptedImage.AtAsync(Place.Registry, _work, bench);

        (await Peer.Get(Peer.Skopeo118, _work).EncryptAsync($"oci:{_work.Combine("image")}:1", LayerCompression.Gzip, encrypted.Location, site.Owner)).ShouldSucceed();
        await encrypted.ShouldBeEncryptedAsync(["provider.coffer"]);
        var ran = await new Buildah(Peer.Buildah139, _work).StartAsync(encrypted.Location, await site.Node.ServeAsync(), "/bin/busybox", "cat", "/recipe");

        Assert.Equal(BusyboxImage.Secret, ran.ShouldSucceed().Output);
        var released = await site.Broker.LastAsync("resource.release", "allowed");
        Assert.Equal(site.Node.Host, (string?)released["actor"]);
        await site.Broker.RunAsync("broker", "audit", "verify");
    }

    [Fact]
    public async Task Twenty_layers_cost_one_attestation()
    {
        await using var site = await Site.StartAsync();
        var image = new ImageLayout(_work.Combine("twenty"), seed: 3);
        image.Image("1", 20_000, layers: [.. Enumerable.Repeat(LayerCompression.Gzip, 20)]);
        (await Product.EncryptAsync($"oci:{_work.Combine("twenty")}:1", Encrypted, site.Owner)).ShouldSucceed();

        (await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, $"oci:{_work.Combine("opened")}:1", await site.Node.ServeAsync())).ShouldSucceed();

        var entries = await site.Broker.ListAsync("broker", "audit", "list", "--most", "1000");
        Assert.Single(entries, e => (string?)e!["action"] == "attest" && (string?)e["outcome"] == "allowed");
        Assert.Equal(20, entries.Count(e => (string?)e!["action"] == "resource.release" && (string?)e["outcome"] == "allowed"));
    }

    [Fact]
    public async Task Command_form_attests_as_well()
    {
        await using var site = await Site.StartAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, site.Owner)).ShouldSucceed();
        var config = (await CofferBinary.RunAsync(["keyprovider", "config", "--cmd", "--broker", site.Broker.Url, "--broker-ca", site.Broker.CaFile, "--attester", "tpm", .. site.Node.MachineFlags])).ShouldSucceed();
        var recipient = site.Owner with { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = _work.Write("cmd.json", config.Output) } };

        (await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, $"oci:{_work.Combine("opened")}:1", recipient)).ShouldSucceed();
    }

    [Fact]
    public async Task Daemon_and_command_share_one_TPM_that_serves_one_client_at_a_time()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), Encrypted, site.Owner)).ShouldSucceed();
        var node = await site.Node.ServeAsync();

        var opened = Enumerable.Range(0, 3).Select(i => Product.DecryptAsync(Encrypted, $"oci:{_work.Combine($"opened{i}")}:1", node));
        var got = Enumerable.Range(0, 3).Select(_ => site.Node.TryGetAsync(path));
        foreach (var result in await Task.WhenAll(opened.Concat(got))) result.ShouldSucceed();
    }

    [Fact]
    public async Task Node_serves_on_after_its_TPM_was_reset_with_the_same_boot()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        (await site.Node.TryGetAsync(path)).ShouldSucceed();

        await site.Node.Tpm.ResetAsync();

        Assert.Equal("thirty-two bytes of a layer key.", (await site.Node.TryGetAsync(path)).ShouldSucceed().Output);
    }

    private string Encrypted => $"oci:{_work.Combine("encrypted")}:1";
}
