using System.Text;
using Coffer.Oci;

namespace Coffer.Contracts;

/// <summary>An image made of random bytes under a seed: what a store keeps need not be a real tar.</summary>
public sealed class SampleImage
{
    private SampleImage(byte[] config, IReadOnlyList<byte[]> layers)
    {
        Config = config;
        Layers = layers;
        var entries = layers.Select(l => DescriptorText(MediaTypes.OciLayerGzip, l));
        Manifest = Content.Of(MediaTypes.OciManifest, Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{DescriptorText(MediaTypes.OciConfig, config)}},"layers":[{{string.Join(',', entries)}}],"x-unknown":{"kept":[1, 2] } }"""));
    }

    /// <summary>The config's bytes.</summary>
    public byte[] Config { get; }

    /// <summary>The layers' bytes.</summary>
    public IReadOnlyList<byte[]> Layers { get; }

    /// <summary>A manifest with a member that no specification knows.</summary>
    public Content Manifest { get; }

    /// <summary>All blobs: config first.</summary>
    public IEnumerable<byte[]> Blobs => [Config, .. Layers];

    /// <summary>The same seed gives the same image.</summary>
    public static SampleImage Create(int seed, params int[] layerSizes)
    {
        var random = new Random(seed);
        var layers = layerSizes.Select(size => { var bytes = new byte[size]; random.NextBytes(bytes); return bytes; }).ToList();
        return new SampleImage(Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"seed":{{{seed}}}}"""), layers);
    }

    /// <summary>Puts every blob into the sink, by digest and size, and leaves the manifest to the caller.</summary>
    public async Task PutBlobsAsync(IImageSink sink)
    {
        foreach (var blob in Blobs) await sink.PutBlobAsync(new MemoryStream(blob), Digest.Of(blob), blob.Length, CancellationToken.None);
    }

    /// <summary>Puts the whole image.</summary>
    public async Task WriteAsync(IImageSink sink)
    {
        await PutBlobsAsync(sink);
        await sink.CommitAsync(Manifest, CancellationToken.None);
    }

    /// <summary>The descriptor of a blob of this image.</summary>
    public static Descriptor DescriptorOf(byte[] blob) => new(MediaTypes.OciLayerGzip, Digest.Of(blob), blob.Length);

    private static string DescriptorText(string mediaType, byte[] blob) => $$"""{"mediaType":"{{mediaType}}","digest":"{{Digest.Of(blob)}}","size":{{blob.Length}}}""";
}
