using Coffer.Interop.Images;
using Coffer.Interop.Matrix;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>Runtimes that ask the key provider: they encrypt and decrypt through it, whichever way they reach it.</summary>
public sealed class RuntimeTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(Peer.Skopeo118, Transport.Socket, "")]
    [InlineData(Peer.Skopeo118, Transport.Command, "")]
    [InlineData(Peer.Skopeo118, Transport.Socket, ":keyid=team-b")]
    [InlineData(Peer.Skopeo118, Transport.Command, ":keyid=team-b")]
    [InlineData(Peer.Skopeo118, Transport.Socket, ":keyid=team-b::algorithm=A256GCM::sample=false")]
    [InlineData(Peer.Skopeo118, Transport.Socket, ":any")]
    [InlineData(Peer.Skopeo118, Transport.Socket, ":key-id:3f1e8a90-5d2c-4b7a-9e6f-0c1d2b3a4e5f")]
    [InlineData(Peer.Buildah139, Transport.Socket, ":keyid=team-b")]
    [InlineData(Peer.Buildah139, Transport.Command, "")]
    public async Task Peer_encrypts_and_decrypts_through_it(string peer, Transport transport, string parameters)
    {
        await using var node = await Installation.StartAsync();
        await AddKeyOfAsync(node, parameters);
        var recipient = await node.RecipientAsync(transport, parameters);
        var encrypted = await EncryptedImage.AtAsync(Place.Layout, _work, bench);

        (await Peer.Get(peer, _work).EncryptAsync(Original, LayerCompression.Gzip, encrypted.Location, recipient)).ShouldSucceed();
        await encrypted.ShouldBeEncryptedAsync(recipient.Schemes);
        (await Peer.Get(peer, _work).DecryptAsync(encrypted.Location, Decrypted, recipient)).ShouldSucceed();

        await ShouldBeTheOriginalAsync();
    }

    [Theory]
    [InlineData(Transport.Socket, Transport.Command)]
    [InlineData(Transport.Command, Transport.Socket)]
    public async Task Product_encrypts_through_one_front_and_skopeo_decrypts_through_the_other(Transport front, Transport other)
    {
        await using var node = await Installation.StartAsync();
        (await Product.EncryptAsync(Original, Encrypted, await node.RecipientAsync(front, ":keyid=team-b"))).ShouldSucceed();

        (await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Decrypted, await node.RecipientAsync(other))).ShouldSucceed();

        await ShouldBeTheOriginalAsync();
    }

    [Theory]
    [InlineData(Transport.Socket)]
    [InlineData(Transport.Command)]
    public async Task Skopeo_encrypts_through_it_and_the_product_decrypts(Transport transport)
    {
        await using var node = await Installation.StartAsync();
        var recipient = await node.RecipientAsync(transport);
        (await Peer.Get(Peer.Skopeo118, _work).EncryptAsync(Original, LayerCompression.Gzip, Encrypted, recipient)).ShouldSucceed();

        (await Product.DecryptAsync(Encrypted, Decrypted, recipient)).ShouldSucceed();

        await ShouldBeTheOriginalAsync();
    }

    [Theory]
    [InlineData(Transport.Socket)]
    [InlineData(Transport.Command)]
    public async Task Ten_layers_are_opened_at_once(Transport transport)
    {
        await using var node = await Installation.StartAsync();
        var image = new ImageLayout(_work.Combine("ten"), seed: 7);
        image.Image("1", 50_000, layers: [.. Enumerable.Repeat(LayerCompression.Gzip, 10)]);
        var recipient = await node.RecipientAsync(transport);

        (await Peer.Get(Peer.Skopeo118, _work).EncryptAsync($"oci:{_work.Combine("ten")}:1", LayerCompression.Gzip, Encrypted, recipient)).ShouldSucceed();
        (await Peer.Get(Peer.Skopeo118, _work).DecryptAsync(Encrypted, Decrypted, recipient)).ShouldSucceed();

        Assert.Equal(Digests(_work.Combine("ten")), Digests(_work.Combine("decrypted")));
    }

    private string Original => bench.Originals.Location(LayerCompression.Gzip);

    private string Encrypted => $"oci:{_work.Combine("encrypted")}:1";

    private string Decrypted => $"oci:{_work.Combine("decrypted")}:1";

    private static IEnumerable<string> Digests(string folder) => LayoutReader.Layers(folder).Select(l => l.Digest);

    // Peers may pack a layer anew: what counts is the tar in it.
    private async Task ShouldBeTheOriginalAsync()
    {
        var before = LayoutReader.Layers(bench.Originals.Folder(LayerCompression.Gzip));
        var after = LayoutReader.Layers(_work.Combine("decrypted"));
        Assert.Equal(before.Count, after.Count);
        foreach (var (was, layer) in before.Zip(after)) Assert.Equal(await was.DiffIdAsync(), await layer.DiffIdAsync());
    }

    // SecL names a key by its UUID: the operator has a key of that name, which the running daemon reads on SIGHUP or at its start.
    private static async Task AddKeyOfAsync(Installation node, string parameters)
    {
        const string ByUuid = ":key-id:";
        if (!parameters.StartsWith(ByUuid, StringComparison.Ordinal)) return;
        (await CofferBinary.RunAsync("keyprovider", "key", "generate", "--dir", node.Keys, "--id", parameters[ByUuid.Length..])).ShouldSucceed();
        Assert.Equal(0, await node.Daemon!.TerminateAsync());
        await node.ServeAsync();
    }
}
