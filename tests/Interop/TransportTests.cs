using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop;

/// <summary>Every place where skopeo keeps images on disk, with encrypted images in it, both ways.</summary>
public sealed class TransportTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public static TheoryData<string, string> Places => new(
        from peer in (string[])[Peer.Skopeo118, Peer.Skopeo19]
        from place in (string[])["oci-archive:{0}:1", "dir:{0}"]
        select (peer, place));

    private string Decrypted => $"oci:{_work.Combine("decrypted")}:1";

    public void Dispose() => _work.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_skopeo_encrypted_there_opens_here(string peer, string place)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.TwoJwe);
        (await Peer.Get(peer, _work).EncryptAsync(bench.Originals.Location(LayerCompression.Zstd), LayerCompression.Zstd, At(place), recipient)).ShouldSucceed();

        (await Product.DecryptAsync(At(place), Decrypted, recipient)).ShouldSucceed();

        Assert.Equal(Digests(bench.Originals.Folder(LayerCompression.Zstd)), Digests(_work.Combine("decrypted")));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task What_we_encrypted_there_opens_with_skopeo(string peer, string place)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.TwoJwe);
        (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.None), At(place), recipient)).ShouldSucceed();

        (await Peer.Get(peer, _work).DecryptAsync(At(place), Decrypted, recipient)).ShouldSucceed();

        Assert.Equal(Digests(bench.Originals.Folder(LayerCompression.None)), Digests(_work.Combine("decrypted")));
    }

    [Theory]
    [InlineData(Peer.Skopeo118)]
    [InlineData(Peer.Skopeo19)]
    public async Task Docker_archive_that_skopeo_wrote_is_encrypted_here_and_opened_there(string peer)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P384);
        var archive = $"docker-archive:{_work.Combine("image.tar")}:interop:1";
        (await Peers.RunAsync(peer, "--insecure-policy", "copy", "-q", bench.Originals.Location(LayerCompression.Gzip), archive)).ShouldSucceed();

        (await Product.EncryptAsync(archive, $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();
        (await Peer.Get(peer, _work).DecryptAsync($"oci:{_work.Combine("encrypted")}:1", Decrypted, recipient)).ShouldSucceed();

        // A Docker archive holds layers unpacked, so only what is in them can be compared.
        Assert.Equal(await DiffIdsAsync(bench.Originals.Folder(LayerCompression.Gzip)), await DiffIdsAsync(_work.Combine("decrypted")));
    }

    private string At(string place) => place.Replace("{0}", _work.Combine("encrypted"), StringComparison.Ordinal);

    private static IEnumerable<string> Digests(string folder) => LayoutReader.Layers(folder).Select(l => l.Digest);

    private static Task<string[]> DiffIdsAsync(string folder) => Task.WhenAll(LayoutReader.Layers(folder).Select(l => l.DiffIdAsync()));
}
