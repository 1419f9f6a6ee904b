using System.Security.Cryptography;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>Images whose layers are random bytes of chosen lengths.</summary>
internal static class RawLayers
{
    private const int Block = 256 * 1024;

    /// <summary>Lengths on both sides of every boundary on the way: hash block, cipher batch, block of a stage, blocks between stages, writeback.</summary>
    public static int[] Boundaries { get; } =
        [.. new[] { 16, 64, 32 * 1024, 64 * 1024, Block, 4 * Block, 5 * Block, 16 * Block }.SelectMany(b => new[] { b - 1, b, b + 1 }).Prepend(1)];

    /// <summary>Random lengths, most of them a few blocks.</summary>
    public static int[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => 1 + RandomNumberGenerator.GetInt32(6 * Block))];

    /// <summary>Writes an image with such layers as <c>raw:1</c> and returns their bytes.</summary>
    public static IReadOnlyList<byte[]> Write(Workbench bench, IEnumerable<int> lengths)
    {
        var layout = new ImageLayout(bench.Path("raw"));
        var layers = Manifest(layout, lengths, out var manifest);
        layout.Tag("1", MediaTypes.OciManifest, manifest, "");
        return layers;
    }

    /// <summary>The same below an index with one entry.</summary>
    public static void WriteIndex(Workbench bench, IEnumerable<int> lengths)
    {
        var layout = new ImageLayout(bench.Path("raw"));
        Manifest(layout, lengths, out var manifest);
        var entry = ImageLayout.Descriptor(MediaTypes.OciManifest, manifest, ""","platform":{"architecture":"amd64","os":"linux"}""");
        layout.Tag("1", MediaTypes.OciIndex, layout.Put($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{entry}}]}"""), "");
    }

    private static List<byte[]> Manifest(ImageLayout layout, IEnumerable<int> lengths, out (string Hex, long Size) manifest)
    {
        var layers = lengths.Select(RandomNumberGenerator.GetBytes).ToList();
        var config = layout.Put("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""");
        var entries = layers.Select(l => ImageLayout.Descriptor(MediaTypes.OciLayer, layout.Put(l)));
        manifest = layout.Put($$"""{"schemaVersion":2,"config":{{ImageLayout.Descriptor(MediaTypes.OciConfig, config)}},"layers":[{{string.Join(',', entries)}}]}""");
        return layers;
    }
}
