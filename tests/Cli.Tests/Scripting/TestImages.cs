using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Support;

namespace Coffer.Cli.Tests.Scripting;

/// <summary>Images for scripts, written and damaged byte by byte, without the product's own writers.</summary>
internal static class TestImages
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    private const string Index = "application/vnd.oci.image.index.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    /// <summary><c>mkimage DIR TAG [gzip|zstd|plain|docker|foreign]... [env=NAME=VALUE] [platforms=os/arch,...]</c>.</summary>
    public static void Write(TempDirectory folder, IReadOnlyList<string> arguments)
    {
        var layout = folder.Combine(arguments[0]);
        Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
        var kinds = arguments.Skip(2).Where(a => !a.Contains('=', StringComparison.Ordinal)).ToList();
        var environment = arguments.Where(a => a.StartsWith("env=", StringComparison.Ordinal)).Select(a => a[4..]).ToList();
        var platforms = arguments.FirstOrDefault(a => a.StartsWith("platforms=", StringComparison.Ordinal))?["platforms=".Length..].Split(',');
        JsonObject entry;
        if (platforms is null)
        {
            entry = Image(layout, kinds, environment, "linux", "amd64");
        }
        else
        {
            var entries = new JsonArray();
            foreach (var platform in platforms)
            {
                var parts = platform.Split('/');
                var image = Image(layout, kinds, environment, parts[0], parts[1]);
                image["platform"] = new JsonObject { ["os"] = parts[0], ["architecture"] = parts[1] };
                entries.Add((JsonNode)image);
            }
            entry = Descriptor(layout, Index, Json(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Index, ["manifests"] = entries }));
        }
        entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = arguments[1] };
        File.WriteAllBytes(Path.Combine(layout, "index.json"), Json(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }));
        File.WriteAllText(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    /// <summary>An image whose one layer is a file of zeros without a disk's blocks behind it.</summary>
    public static void WriteLarge(string layout, long size)
    {
        Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
        var unnamed = Path.Combine(layout, "layer");
        string digest;
        using (var file = File.Create(unnamed))
        {
            file.SetLength(size);
            digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(file))}";
        }
        File.Move(unnamed, Blob(layout, digest));
        var config = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux", ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(digest) } };
        var entry = Descriptor(layout, Manifest, Json(new JsonObject
        {
            ["schemaVersion"] = 2, ["mediaType"] = Manifest,
            ["config"] = Descriptor(layout, "application/vnd.oci.image.config.v1+json", Json(config)),
            ["layers"] = new JsonArray(new JsonObject { ["mediaType"] = LayerType, ["digest"] = digest, ["size"] = size }),
        }));
        entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "1" };
        File.WriteAllBytes(Path.Combine(layout, "index.json"), Json(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }));
        File.WriteAllText(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    /// <summary>True if both layouts' only images have the same layers by digest.</summary>
    public static bool SameLayers(string one, string other) => Layers(one).SequenceEqual(Layers(other));

    /// <summary>Turns one bit of a layer's blob and leaves its name as it is.</summary>
    public static void Flip(string layout, int layer)
    {
        var path = Blob(layout, Layers(layout)[layer]);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Takes the last byte of a layer's blob away.</summary>
    public static void Cut(string layout, int layer)
    {
        var path = Blob(layout, Layers(layout)[layer]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
    }

    /// <summary>Replaces text in the manifest, which gets its new digest in the index.</summary>
    public static void Edit(string layout, string old, string replacement)
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(Blob(layout, RootDigest(layout))));
        if (!text.Contains(old, StringComparison.Ordinal)) throw new InvalidOperationException($"the manifest has no {old}");
        Replace(layout, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Replaces text in the public options of every layer, inside their base64.</summary>
    public static void EditPublicOptions(string layout, string old, string replacement)
    {
        const string Name = "org.opencontainers.image.enc.pubopts";
        var manifest = JsonNode.Parse(File.ReadAllBytes(Blob(layout, RootDigest(layout))))!;
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            var annotations = layer!["annotations"]!;
            var text = Encoding.UTF8.GetString(Convert.FromBase64String((string)annotations[Name]!));
            if (!text.Contains(old, StringComparison.Ordinal)) throw new InvalidOperationException($"the public options have no {old}: {text}");
            annotations[Name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal)));
        }
        Replace(layout, manifest.ToJsonString());
    }

    internal static void Replace(string layout, string manifest)
    {
        var bytes = Encoding.UTF8.GetBytes(manifest);
        var index = JsonNode.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")))!;
        var entry = index["manifests"]![0]!;
        entry["digest"] = Put(layout, bytes);
        entry["size"] = bytes.Length;
        File.WriteAllText(Path.Combine(layout, "index.json"), index.ToJsonString());
    }

    private static JsonObject Image(string layout, List<string> kinds, List<string> environment, string os, string architecture)
    {
        var layers = new JsonArray();
        var diffIds = new JsonArray();
        for (var i = 0; i < kinds.Count; i++)
        {
            var tar = Tar($"{architecture}/file{i}", $"layer {i} for {architecture}\n");
            diffIds.Add(Digest(tar));
            var (type, bytes) = kinds[i] switch
            {
                "gzip" => (LayerType + "+gzip", Gzip(tar)),
                "docker" => ("application/vnd.docker.image.rootfs.diff.tar.gzip", Gzip(tar)),
                "zstd" => (LayerType + "+zstd", Zstd(tar)),
                "foreign" => ("application/vnd.oci.image.layer.nondistributable.v1.tar", tar),
                _ => (LayerType, tar),
            };
            layers.Add((JsonNode)Descriptor(layout, type, bytes));
        }
        var config = new JsonObject
        {
            ["architecture"] = architecture, ["os"] = os,
            ["config"] = new JsonObject { ["Env"] = new JsonArray([.. environment.Select(e => (JsonNode)e)]) },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = diffIds },
        };
        return Descriptor(layout, Manifest, Json(new JsonObject
        {
            ["schemaVersion"] = 2, ["mediaType"] = Manifest,
            ["config"] = Descriptor(layout, "application/vnd.oci.image.config.v1+json", Json(config)),
            ["layers"] = layers,
        }));
    }

    internal static string RootDigest(string layout) =>
        (string)JsonNode.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")))!["manifests"]![0]!["digest"]!;

    internal static List<string> Layers(string layout) =>
        [.. JsonNode.Parse(File.ReadAllBytes(Blob(layout, RootDigest(layout))))!["layers"]!.AsArray().Select(l => (string)l!["digest"]!)];

    internal static string Blob(string layout, string digest) => Path.Combine(layout, "blobs", "sha256", digest["sha256:".Length..]);

    private static JsonObject Descriptor(string layout, string mediaType, byte[] bytes) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Put(layout, bytes), ["size"] = bytes.Length };

    internal static string Put(string layout, byte[] bytes)
    {
        File.WriteAllBytes(Blob(layout, Digest(bytes)), bytes);
        return Digest(bytes);
    }

    private static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static byte[] Json(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);

    private static byte[] Tar(string name, string content)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), ModificationTime = DateTimeOffset.UnixEpoch });
        }
        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return bytes.ToArray();
    }

    private static byte[] Zstd(byte[] content)
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(content).ToArray();
    }
}
