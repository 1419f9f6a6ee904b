using System.Buffers.Text;
using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Support;

namespace Coffer.Cli.Tests.Scripting;

/// <summary>Images that no honest tool writes, for scripts. Digests and sizes are right all the way down, except where they are the point.</summary>
internal static class HostileImages
{
    private const string Index = "application/vnd.oci.image.index.v1+json";

    /// <summary><c>header LAYOUT NAME JSON [NAME JSON]...</c> sets members of the protected header of every layer's JWE.</summary>
    public static void SetHeader(string layout, IReadOnlyList<string> members)
    {
        const string Annotation = "org.opencontainers.image.enc.keys.jwe";
        Change(layout, manifest =>
        {
            foreach (var layer in manifest["layers"]!.AsArray())
            {
                var annotations = layer!["annotations"]!;
                var envelope = JsonNode.Parse(Convert.FromBase64String((string)annotations[Annotation]!))!;
                var header = JsonNode.Parse(Base64Url.DecodeFromChars((string)envelope["protected"]!))!;
                for (var i = 0; i < members.Count; i += 2) header[members[i]] = JsonNode.Parse(members[i + 1]);
                envelope["protected"] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
                annotations[Annotation] = Convert.ToBase64String(Encoding.UTF8.GetBytes(envelope.ToJsonString()));
            }
        });
    }

    /// <summary><c>pad LAYOUT BYTES</c> makes the manifest so much longer.</summary>
    public static void Pad(string layout, int bytes) => Change(layout, m => m["annotations"] = new JsonObject { ["padding"] = new string('x', bytes) });

    /// <summary><c>repeat LAYOUT N</c> lists the first layer N times.</summary>
    public static void Repeat(string layout, int times) => Change(layout, manifest =>
    {
        var layer = manifest["layers"]![0]!;
        manifest["layers"] = new JsonArray([.. Enumerable.Range(0, times).Select(_ => layer.DeepClone())]);
    });

    /// <summary><c>nest LAYOUT N</c> puts the image into an index, that into another, and so on, N deep.</summary>
    public static void Nest(string layout, int depth)
    {
        var path = Path.Combine(layout, "index.json");
        var index = JsonNode.Parse(File.ReadAllBytes(path))!;
        var entry = index["manifests"]![0]!;
        for (; depth > 0; depth--)
        {
            var inner = new JsonObject { ["mediaType"] = (string)entry["mediaType"]!, ["digest"] = (string)entry["digest"]!, ["size"] = entry["size"]!.DeepClone() };
            var bytes = Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Index, ["manifests"] = new JsonArray(inner) }.ToJsonString());
            (entry["mediaType"], entry["digest"], entry["size"]) = (Index, TestImages.Put(layout, bytes), bytes.Length);
        }
        File.WriteAllText(path, index.ToJsonString());
    }

    /// <summary><c>grow LAYOUT LAYER</c> adds a byte to a layer's blob and leaves its name as it is.</summary>
    public static void Grow(string layout, int layer)
    {
        using var blob = File.Open(TestImages.Blob(layout, TestImages.Layers(layout)[layer]), FileMode.Append);
        blob.WriteByte(0);
    }

    /// <summary><c>archive FILE LAYOUT [file|symlink|hardlink NAME [TARGET]]</c> packs a layout, and a member more.</summary>
    public static void Archive(TempDirectory folder, IReadOnlyList<string> arguments)
    {
        var layout = folder.Combine(arguments[1]);
        using var file = File.Create(folder.Combine(arguments[0]));
        using var tar = new TarWriter(file, TarEntryFormat.Ustar);
        if (arguments.Count > 2)
        {
            var kind = arguments[2] switch { "symlink" => TarEntryType.SymbolicLink, "hardlink" => TarEntryType.HardLink, _ => TarEntryType.RegularFile };
            var entry = new UstarTarEntry(kind, arguments[3]);
            if (kind == TarEntryType.RegularFile) entry.DataStream = new MemoryStream("evil\n"u8.ToArray());
            else entry.LinkName = arguments[4];
            tar.WriteEntry(entry);
        }
        foreach (var path in Directory.EnumerateFiles(layout, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (arguments.Count <= 3 || Path.GetRelativePath(layout, path) != arguments[3]) tar.WriteEntry(path, Path.GetRelativePath(layout, path));
        }
    }

    private static void Change(string layout, Action<JsonNode> change)
    {
        var manifest = JsonNode.Parse(File.ReadAllBytes(TestImages.Blob(layout, TestImages.RootDigest(layout))))!;
        change(manifest);
        TestImages.Replace(layout, manifest.ToJsonString());
    }
}
