using Coffer.Interop.Images;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Matrix;

/// <summary>
/// Images that one side encrypts the other decrypts, and every layer is what it was. By default the runs are pairs of all
/// axes; with COFFER_SOAK=1 they are everything that the peers can do.
/// </summary>
public abstract class MatrixTests(Bench bench) : IDisposable
{
    private static readonly Dictionary<string, Run> All = Run.Product.ToDictionary(r => r.ToString());
    private static readonly IReadOnlyList<Run> Chosen = Choose();

    private readonly TempDirectory _work = new();

    public void Dispose()
    {
        _work.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static TheoryData<string> RunsOf(string peer) => Rows.Named(Chosen.Where(r => r.Peer == peer));

    protected async Task ExecuteAsync(string name)
    {
        var run = All[name];
        var recipient = await bench.Keys.GetAsync(run.Recipient);
        var peer = Peer.Get(run.Peer, _work);
        var original = bench.Originals.Location(run.Layers);
        var encrypted = await EncryptedImage.AtAsync(run.Place, _work, bench);
        var decrypted = $"oci:{_work.Combine("decrypted")}:1";

        (run.Direction == Direction.PeerDecrypts
            ? await Product.EncryptAsync(original, encrypted.Location, recipient)
            : await peer.EncryptAsync(original, run.Layers, encrypted.Location, recipient)).ShouldSucceed();
        await encrypted.ShouldBeEncryptedAsync(recipient.Schemes);
        (run.Direction == Direction.PeerDecrypts
            ? await peer.DecryptAsync(encrypted.Location, decrypted, recipient)
            : await Product.DecryptAsync(encrypted.Location, decrypted, recipient)).ShouldSucceed();

        await ShouldBeTheOriginalAsync(run);
    }

    // buildah takes images apart and packs them again, so only the tar of a layer stays what it was.
    private async Task ShouldBeTheOriginalAsync(Run run)
    {
        var before = LayoutReader.Layers(bench.Originals.Folder(run.Layers));
        var after = LayoutReader.Layers(_work.Combine("decrypted"));
        if (Peer.IsBuildah(run.Peer))
        {
            Assert.Equal(await Task.WhenAll(before.Select(l => l.DiffIdAsync())), await Task.WhenAll(after.Select(l => l.DiffIdAsync())));
            return;
        }
        Assert.Equal(before.Select(l => (l.MediaType, l.Digest)), after.Select(l => (l.MediaType, l.Digest)));
        Assert.All(before.Zip(after), pair => Assert.True(pair.First.Blob.Span.SequenceEqual(pair.Second.Blob.Span)));
    }

    private static IReadOnlyList<Run> Choose()
    {
        IReadOnlyList<Run> possible = [.. Run.Product.Where(PeerLimits.Permit)];
        return Environment.GetEnvironmentVariable("COFFER_SOAK") == "1" ? possible : Pairwise.Choose(possible);
    }
}
