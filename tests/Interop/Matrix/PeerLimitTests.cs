using Coffer.Interop.Images;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Matrix;

/// <summary>Peers really cannot do what <see cref="PeerLimits"/> says; what is left out of the matrix is tried here.</summary>
public sealed class PeerLimitTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public static TheoryData<string> Refused => Rows.Named(PeerLimits.Refused);

    public static TheoryData<string> Compressed =>
        Rows.Named(Run.Product.Where(r => PeerLimits.Compresses(r) && r.Recipient == Keys.RecipientNames.P256));

    public void Dispose() => _work.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Peer_refuses(string name)
    {
        var limit = PeerLimits.Refused.Single(l => l.ToString() == name);
        var recipient = await bench.Keys.GetAsync(limit.Recipient);
        var peer = Peer.Get(limit.Peer, _work);
        var original = bench.Originals.Location(LayerCompression.Gzip);
        var ours = $"oci:{_work.Combine("ours")}:1";
        var theirs = $"oci:{_work.Combine("theirs")}:1";
        ToolResult refused;
        if (limit.Direction == Direction.PeerEncrypts)
        {
            refused = await peer.EncryptAsync(original, LayerCompression.Gzip, theirs, recipient);
        }
        else
        {
            (await Product.EncryptAsync(original, ours, recipient)).ShouldSucceed();
            (await Product.DecryptAsync(ours, $"oci:{_work.Combine("back")}:1", recipient)).ShouldSucceed(); // the image is not to blame
            refused = await peer.DecryptAsync(ours, theirs, recipient);
        }
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Matches(limit.Says, refused.Error);
        Assert.False(File.Exists(_work.Combine("theirs", "index.json")));
    }

    [Theory]
    [MemberData(nameof(Compressed))]
    public async Task Peer_compresses_plain_layers_before_it_encrypts_them(string name)
    {
        var run = Run.Product.Single(r => r.ToString() == name);
        var recipient = await bench.Keys.GetAsync(run.Recipient);
        var encrypted = await EncryptedImage.AtAsync(run.Place, _work, bench);
        (await Peer.Get(run.Peer, _work).EncryptAsync(bench.Originals.Location(run.Layers), run.Layers, encrypted.Location, recipient)).ShouldSucceed();
        (await Product.DecryptAsync(encrypted.Location, $"oci:{_work.Combine("decrypted")}:1", recipient)).ShouldSucceed();

        var before = LayoutReader.Layers(bench.Originals.Folder(run.Layers));
        var after = LayoutReader.Layers(_work.Combine("decrypted"));
        Assert.All(after, l => Assert.EndsWith("tar+gzip", l.MediaType, StringComparison.Ordinal));
        Assert.Equal(await Task.WhenAll(before.Select(l => l.DiffIdAsync())), await Task.WhenAll(after.Select(l => l.DiffIdAsync())));
    }
}
