using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop;

/// <summary>Peers open what was rewrapped here with the new keys, and with no other.</summary>
public sealed class RewrapTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public static TheoryData<string, string> Schemes => new(
        from peer in (string[])[Peer.Skopeo118, Peer.Skopeo19]
        from name in (string[])[RecipientNames.Rsa2048, RecipientNames.P256, RecipientNames.Pkcs7, RecipientNames.PgpRsa]
        select (peer, name));

    private string Encrypted => $"oci:{_work.Combine("encrypted")}:1";

    public void Dispose() => _work.Dispose();

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task What_a_peer_encrypted_opens_for_it_with_the_new_key_alone(string peer, string name)
    {
        var (old, next) = (await bench.Keys.GetAsync(name), await bench.Keys.GetAnotherAsync(name));
        await EncryptAsync(peer, old);
        var before = Blobs();

        (await Product.RewrapAsync(Encrypted, old, next, "--remove", "all")).ShouldSucceed();

        Assert.Equal(before, Blobs()); // no layer was written anew
        await ShouldOpenAsync(peer, next);
        await ShouldNotOpenAsync(peer, old);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task Added_recipient_opens_beside_the_one_that_a_peer_wrote(string peer, string name)
    {
        var (old, next) = (await bench.Keys.GetAsync(name), await bench.Keys.GetAnotherAsync(name));
        await EncryptAsync(peer, old);

        (await Product.RewrapAsync(Encrypted, old, next)).ShouldSucceed();

        await ShouldOpenAsync(peer, old);
        await ShouldOpenAsync(peer, next);
    }

    // Two keys in one packet: a general JWE, with the member that no specification allows, one CMS, one OpenPGP message.
    [Theory]
    [InlineData(Peer.Skopeo118, RecipientNames.Rsa2048, RecipientNames.P521)]
    [InlineData(Peer.Skopeo118, RecipientNames.Pkcs7, "another " + RecipientNames.Pkcs7)]
    [InlineData(Peer.Skopeo118, RecipientNames.PgpRsa, "another " + RecipientNames.PgpRsa)]
    [InlineData(Peer.Skopeo19, RecipientNames.PgpRsa, "another " + RecipientNames.PgpRsa)]
    [InlineData(Peer.Skopeo19, RecipientNames.Rsa2048, RecipientNames.P521)]
    [InlineData(Peer.Skopeo19, RecipientNames.Pkcs7, "another " + RecipientNames.Pkcs7)]
    public async Task Recipient_cut_out_of_a_packet_that_a_peer_wrote_opens_it_no_more(string peer, string first, string second)
    {
        var (stays, goes) = (await bench.Keys.GetAsync(first), await bench.Keys.GetAsync(second));
        await EncryptAsync(peer, stays.And(goes, "both"));
        (await Product.DecryptAsync(Encrypted, $"oci:{_work.Combine("goes")}:1", goes)).ShouldSucceed();
        await ShouldOpenAsync(peer, goes);

        (await Product.RunAsync(goes, ["rewrap", "--quiet", .. goes.Decrypt.SelectMany(d => (string[])["-d", d]), "--remove", "opened", Encrypted])).ShouldSucceed();

        await ShouldOpenAsync(Peer.Skopeo118, stays);
        await ShouldOpenAsync(Peer.Skopeo19, stays);
        await ShouldNotOpenAsync(Peer.Skopeo118, goes);
        await ShouldNotOpenAsync(Peer.Skopeo19, goes);
        Assert.Equal(3, (await Product.DecryptAsync(Encrypted, $"oci:{_work.Combine("late")}:1", goes)).ExitCode);
    }

    private async Task EncryptAsync(string peer, Recipient recipient) => (await Peer.Get(peer, _work).EncryptAsync(
        bench.Originals.Location(LayerCompression.Gzip), LayerCompression.Gzip, Encrypted, recipient)).ShouldSucceed();

    private async Task ShouldOpenAsync(string peer, Recipient recipient)
    {
        var folder = _work.Combine(Guid.NewGuid().ToString("n"));
        (await Peer.Get(peer, _work).DecryptAsync(Encrypted, $"oci:{folder}:1", recipient)).ShouldSucceed();
        Assert.Equal(
            LayoutReader.Layers(bench.Originals.Folder(LayerCompression.Gzip)).Select(l => l.Digest), LayoutReader.Layers(folder).Select(l => l.Digest));
    }

    private async Task ShouldNotOpenAsync(string peer, Recipient recipient)
    {
        var refused = await Peer.Get(peer, _work).DecryptAsync(Encrypted, $"oci:{_work.Combine(Guid.NewGuid().ToString("n"))}:1", recipient);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("no suitable key", refused.Error, StringComparison.Ordinal);
    }

    private List<string> Blobs() => [.. LayoutReader.Layers(_work.Combine("encrypted")).Select(l => l.Digest)];
}
