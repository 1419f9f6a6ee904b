using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Support;

/// <summary>How a layer of a test image is compressed.</summary>
public enum LayerCompression
{
    /// <summary>A plain tar.</summary>
    None,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>zstd, by the zstd command.</summary>
    Zstd,
}

/// <summary>
/// Writes OCI layouts with real tar layers and true diff IDs, without any code of the product: several layers,
/// compressions, platforms, Docker's media types. Every image of one seed is the same.
/// </summary>
public sealed class ImageLayout
{
    private const string Oci = "application/vnd.oci.image.";
    private readonly List<string> _entries = [];
    private readonly Random _random;

    /// <param name="folder">Made if it is not there.</param>
    /// <param name="seed">Decides the layers' contents.</param>
    public ImageLayout(string folder, int seed = 1)
    {
        Folder = folder;
        _random = new Random(seed);
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    /// <summary>The layout's folder.</summary>
    public string Folder { get; }

    /// <summary>Writes one image under a tag and returns the digest of its manifest.</summary>
    public string Image(string tag, int layerBytes = 20_000, bool docker = false, string? env = null, params LayerCompression[] layers)
    {
        var (manifest, type) = Manifest("amd64", layerBytes, docker, env, layers.Length == 0 ? [LayerCompression.Gzip] : layers);
        Tag(tag, type, manifest, "");
        return $"sha256:{manifest.Hex}";
    }

    /// <summary>Writes an index with an image per processor under a tag and returns the index's digest.</summary>
    public string Index(string tag, params string[] architectures)
    {
        var entries = architectures.Select(a =>
        {
            var (manifest, type) = Manifest(a, 5000, false, null, [LayerCompression.Gzip]);
            return Descriptor(type, manifest, $$""","platform":{"architecture":"{{a}}","os":"linux"}""");
        });
        var index = Put($$"""{"schemaVersion":2,"mediaType":"{{Oci}}index.v1+json","manifests":[{{string.Join(',', entries)}}]}""");
        Tag(tag, Oci + "index.v1+json", index, "");
        return $"sha256:{index.Hex}";
    }

    /// <summary>Adds an entry for anything that was put before.</summary>
    public void Tag(string tag, string mediaType, (string Hex, long Size) blob, string more)
    {
        _entries.Add(Descriptor(mediaType, blob, $$""","annotations":{"org.opencontainers.image.ref.name":"{{tag}}"}""" + more));
        File.WriteAllText(Path.Combine(Folder, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', _entries)}}]}""");
    }

    /// <summary>Stores text as a blob.</summary>
    public (string Hex, long Size) Put(string text) => Put(Encoding.UTF8.GetBytes(text));

    /// <summary>Stores bytes as a blob.</summary>
    public (string Hex, long Size) Put(byte[] content)
    {
        var hex = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllBytes(Path.Combine(Folder, "blobs", "sha256", hex), content);
        return (hex, content.Length);
    }

    /// <summary>A descriptor's JSON.</summary>
    public static string Descriptor(string mediaType, (string Hex, long Size) blob, string more = "") =>
        $$"""{"mediaType":"{{mediaType}}","digest":"sha256:{{blob.Hex}}","size":{{blob.Size}}{{more}}}""";

    private ((string Hex, long Size) Blob, string MediaType) Manifest(string architecture, int layerBytes, bool docker, string? env, LayerCompression[] layers)
    {
        var tars = layers.Select((_, i) => Tar(architecture, i, layerBytes)).ToList();
        var diffIds = tars.Select(t => $"\"sha256:{Convert.ToHexStringLower(SHA256.HashData(t))}\"");
        var config = Put($$"""
            {"architecture":"{{architecture}}","os":"linux","config":{"Env":["PATH=/bin"{{(env is null ? "" : $",\"{env}\"")}}],"Cmd":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":[{{string.Join(',', diffIds)}}]},"history":[{"created_by":"ADD rootfs / # buildkit"}]}
            """);
        var blobs = tars.Zip(layers, (tar, c) => Descriptor(LayerType(c, docker), Put(Compress(tar, c)))).ToList();
        var type = docker ? "application/vnd.docker.distribution.manifest.v2+json" : Oci + "manifest.v1+json";
        var configType = docker ? "application/vnd.docker.container.image.v1+json" : Oci + "config.v1+json";
        return (Put($$"""{"schemaVersion":2,"mediaType":"{{type}}","config":{{Descriptor(configType, config)}},"layers":[{{string.Join(',', blobs)}}]}"""), type);
    }

    private static string LayerType(LayerCompression compression, bool docker) => (compression, docker) switch
    {
        (LayerCompression.None, false) => Oci + "layer.v1.tar",
        (LayerCompression.Gzip, false) => Oci + "layer.v1.tar+gzip",
        (LayerCompression.Zstd, false) => Oci + "layer.v1.tar+zstd",
        (LayerCompression.None, true) => "application/vnd.docker.image.rootfs.diff.tar",
        (LayerCompression.Gzip, true) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
        _ => "application/vnd.docker.image.rootfs.diff.tar.zstd",
    };

    // Half text that compresses and half noise that does not, as real layers are.
    private byte[] Tar(string architecture, int layer, int bytes)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            var noise = new byte[bytes / 2];
            _random.NextBytes(noise);
            Write(writer, $"layer-{layer}.bin", noise);
            Write(writer, $"layer-{layer}.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{architecture} layer {layer}\n", 1 + (bytes / 40)))));
        }
        return tar.ToArray();
    }

    private static void Write(TarWriter writer, string name, byte[] content) => writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(content),
        ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
    });

    private static byte[] Compress(byte[] tar, LayerCompression compression)
    {
        if (compression == LayerCompression.None) return tar;
        if (compression == LayerCompression.Zstd) return Zstd(tar);
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(tar);
        return bytes.ToArray();
    }

    private static byte[] Zstd(byte[] tar)
    {
        using var process = Process.Start(new ProcessStartInfo("zstd", ["-q", "-c"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(tar);
        process.StandardInput.Close();
        reading.GetAwaiter().GetResult();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"zstd ended with {process.ExitCode}");
    }
}
