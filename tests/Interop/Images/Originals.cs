using Coffer.Support;

namespace Coffer.Interop.Images;

/// <summary>The images that go in: two layers, together about 1 MB, each form made once.</summary>
internal sealed class Originals : IDisposable
{
    private const int LayerBytes = 400_000;

    private readonly TempDirectory _folder = new();

    public Originals()
    {
        _ = Peers.Require("zstd");
        foreach (var form in Enum.GetValues<LayerCompression>())
            new ImageLayout(Folder(form), seed: 10 + (int)form).Image("1", LayerBytes, layers: [form, form]);
    }

    /// <summary>The layout's folder; the image's tag is 1.</summary>
    public string Folder(LayerCompression form) => _folder.Combine(form.ToString().ToLowerInvariant());

    /// <summary>The same as a location.</summary>
    public string Location(LayerCompression form) => $"oci:{Folder(form)}:1";

    public void Dispose() => _folder.Dispose();
}
