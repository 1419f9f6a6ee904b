using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Compared;

/// <summary>
/// The rows of docs/compared.md: the same input for the product and for skopeo 1.18. Where skopeo mends its ways a test
/// fails, and the row goes.
/// </summary>
public abstract class Comparison(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    private protected TempDirectory Work => _work;

    private protected string Encrypted => $"oci:{Folder}:1";

    private protected string Folder => _work.Combine("encrypted");

    public void Dispose()
    {
        _work.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<Recipient> KeyAsync(string name) => bench.Keys.GetAsync(name);

    private protected string Original(LayerCompression form = LayerCompression.Gzip) => bench.Originals.Location(form);

    private protected string OriginalFolder => bench.Originals.Folder(LayerCompression.Gzip);

    private protected async Task<Recipient> EncryptedForAsync(string name)
    {
        var recipient = await KeyAsync(name);
        (await Product.EncryptAsync(Original(), Encrypted, recipient)).ShouldSucceed();
        return recipient;
    }

    private protected async Task<ToolResult> SkopeoOpensAsync(Recipient recipient) =>
        await new Skopeo(Peer.Skopeo118, _work).DecryptAsync(Encrypted, $"oci:{_work.Combine("theirs")}:1", recipient);

    private protected async Task<ToolResult> SkopeoEncryptsAsync(string source, Recipient recipient, string destination) =>
        await new Skopeo(Peer.Skopeo118, _work).EncryptAsync(source, LayerCompression.Gzip, destination, recipient);

    private protected async Task<ToolResult> ProductOpensAsync(Recipient recipient)
    {
        var result = await Product.DecryptAsync(Encrypted, $"oci:{_work.Combine("ours")}:1", recipient);
        Assert.Equal(result.ExitCode == 0, File.Exists(_work.Combine("ours", "index.json")));
        return result;
    }

    private protected void ShouldBeTheOriginal(string name) => Assert.Equal(
        LayoutReader.Layers(OriginalFolder).Select(l => l.Digest), LayoutReader.Layers(_work.Combine(name)).Select(l => l.Digest));
}
