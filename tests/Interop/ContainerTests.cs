using Coffer.Interop.Images;
using Coffer.Interop.KeyProviders;
using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop;

/// <summary>A container that buildah starts from an image which the product encrypted.</summary>
public sealed class ContainerTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(Peer.Buildah139, RecipientNames.P256)]
    [InlineData(Peer.Buildah139, RecipientNames.Provider)]
    [InlineData(Peer.Buildah128, RecipientNames.P256)]
    [InlineData(Peer.Buildah128, RecipientNames.JweAndPkcs7)]
    public async Task Container_starts_from_an_encrypted_image(string peer, string name)
    {
        var recipient = await bench.Keys.GetAsync(name);
        BusyboxImage.Write(_work.Combine("image"));
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();

        var buildah = new Buildah(peer, _work);
        var ran = await buildah.StartAsync($"oci:{_work.Combine("encrypted")}:1", recipient, "/bin/busybox", "cat", "/recipe");

        Assert.Equal(BusyboxImage.Secret, ran.ShouldSucceed().Output);
    }

    [Theory]
    [InlineData(Transport.Socket)]
    [InlineData(Transport.Command)]
    public async Task Container_starts_from_an_image_whose_keys_the_key_provider_has(Transport transport)
    {
        await using var node = await Installation.StartAsync();
        var recipient = await node.RecipientAsync(transport);
        BusyboxImage.Write(_work.Combine("image"));
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();

        var ran = await new Buildah(Peer.Buildah139, _work).StartAsync($"oci:{_work.Combine("encrypted")}:1", recipient, "/bin/busybox", "cat", "/recipe");

        Assert.Equal(BusyboxImage.Secret, ran.ShouldSucceed().Output);
    }

    [Theory]
    [InlineData(Peer.Buildah139)]
    [InlineData(Peer.Buildah128)]
    public async Task No_container_starts_without_the_key(string peer)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        BusyboxImage.Write(_work.Combine("image"));
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();

        var stranger = await bench.Keys.GetAsync(RecipientNames.P384);
        var refused = await new Buildah(peer, _work).StartAsync($"oci:{_work.Combine("encrypted")}:1", stranger, "/bin/busybox", "cat", "/recipe");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("none of the private keys could be used for decryption", refused.Error, StringComparison.Ordinal);
    }
}
