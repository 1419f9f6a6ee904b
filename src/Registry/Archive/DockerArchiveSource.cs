using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Archive;

/// <summary>
/// Reads an image of a Docker archive under an OCI manifest made here: the archive has none. An uncompressed layer's
/// digest is its diff ID, which the config names and the end of the stream proves; others are hashed once, at opening.
/// </summary>
internal sealed class DockerArchiveSource : IImageSource
{
    private readonly TarArchive _archive;
    private readonly Content _manifest;
    private readonly Dictionary<Digest, TarMember> _blobs;

    private DockerArchiveSource(TarArchive archive, Content manifest, Dictionary<Digest, TarMember> blobs)
    {
        _archive = archive;
        _manifest = manifest;
        _blobs = blobs;
    }

    public string Location => _archive.Location;

    /// <summary>Opens the image; the source owns the archive once this has returned.</summary>
    public static async ValueTask<DockerArchiveSource> OpenAsync(TarArchive archive, string? reference, CancellationToken cancellationToken)
    {
        var image = DockerArchiveList.Select(DockerArchiveList.Read(archive), reference, archive.Location);
        var blobs = new Dictionary<Digest, TarMember>();
        var configMember = Require(archive, image.Config);
        var configBytes = archive.Read(configMember, OciLimits.ConfigBytes);
        var config = new Descriptor(MediaTypes.OciConfig, Digest.Of(configBytes), configBytes.Length);
        CheckName(image.Config, config.Digest, archive.Location);
        blobs[config.Digest] = configMember;
        var diffIds = DiffIds(configBytes, archive.Location);
        if (diffIds.Count != image.Layers.Count)
        {
            throw new MalformedImageException($"{archive.Location}: the config names {diffIds.Count} layers and the archive has {image.Layers.Count}");
        }
        var layers = new List<Descriptor>();
        foreach (var (name, diffId) in image.Layers.Zip(diffIds))
        {
            var member = Require(archive, name);
            var layer = await DescribeAsync(archive, member, diffId, cancellationToken).ConfigureAwait(false);
            blobs[layer.Digest] = member;
            layers.Add(layer);
        }
        return new DockerArchiveSource(archive, Manifest(config, layers), blobs);
    }

    public ValueTask<Content> GetRootAsync(CancellationToken cancellationToken) => new(_manifest);

    public ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        descriptor.Digest == _manifest.Digest ? new(_manifest) : throw Missing(descriptor);

    public ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (!_blobs.TryGetValue(descriptor.Digest, out var member)) throw Missing(descriptor);
        if (member.Size != descriptor.Size) throw new IntegrityException($"{Location}: blob {descriptor.Digest} has {member.Size} bytes where its descriptor promises {descriptor.Size}");
        return new(new VerifyingStream(_archive.Open(member), descriptor));
    }

    public ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken) => new(false);

    public ValueTask DisposeAsync()
    {
        _archive.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask<Descriptor> DescribeAsync(TarArchive archive, TarMember member, Digest diffId, CancellationToken cancellationToken)
    {
        using var stream = archive.Open(member);
        var magic = new byte[4];
        var count = FileFault.Guard($"read {archive.Location}", () => stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false));
        var mediaType = magic.AsSpan(0, count) switch
        {
            [0x1f, 0x8b, ..] => MediaTypes.OciLayerGzip,
            [0x28, 0xb5, 0x2f, 0xfd] => MediaTypes.OciLayerZstd,
            _ => MediaTypes.OciLayer,
        };
        if (mediaType == MediaTypes.OciLayer) return new Descriptor(mediaType, diffId, member.Size);
        using var compressed = archive.Open(member);
        return new Descriptor(mediaType, Digest.FromHash(await SHA256.HashDataAsync(compressed, cancellationToken).ConfigureAwait(false)), member.Size);
    }

    private static List<Digest> DiffIds(byte[] config, string location)
    {
        try
        {
            using var json = JsonDocument.Parse(config, new JsonDocumentOptions { MaxDepth = OciLimits.JsonDepth });
            return [.. json.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Take(OciLimits.Layers + 1).Select(d => Digest.Parse(d.GetString() ?? ""))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new MalformedImageException($"{location}: the image's config does not list its layers (rootfs.diff_ids)", inner: e);
        }
    }

    // Docker names the config after its digest: HEX.json, or blobs/sha256/HEX.
    private static void CheckName(string name, Digest actual, string location)
    {
        var hex = Path.GetFileNameWithoutExtension(name);
        if (Digest.TryParse("sha256:" + hex, out var named) && named != actual)
        {
            throw new IntegrityException($"{location}: the config '{Printable.Of(name, 160)}' really hashes to {actual}");
        }
    }

    private static Content Manifest(Descriptor config, IEnumerable<Descriptor> layers)
    {
        static string Text(Descriptor d) => $$"""{"mediaType":"{{d.MediaType}}","digest":"{{d.Digest}}","size":{{d.Size}}}""";
        var text = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Text(config)}},"layers":[{{string.Join(',', layers.Select(Text))}}]}""";
        return Content.Of(MediaTypes.OciManifest, Encoding.UTF8.GetBytes(text));
    }

    private static TarMember Require(TarArchive archive, string name) =>
        archive.Find(name) ?? throw new CofferException($"{archive.Location}: the archive lacks '{Printable.Of(name, 160)}', which its {DockerArchiveList.Name} names");

    private CofferException Missing(Descriptor descriptor) => new($"{Location}: blob {descriptor.Digest} is not in the archive");
}
