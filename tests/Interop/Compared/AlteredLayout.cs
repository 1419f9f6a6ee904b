using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Interop.Images;

namespace Coffer.Interop.Compared;

/// <summary>What somebody can do who may write where an image lies, and holds none of its keys: rewrite its manifest.</summary>
internal static class AlteredLayout
{
    private const string PublicOptions = "org.opencontainers.image.enc.pubopts";

    /// <summary>Changes the manifest of the only image and makes the index fit again.</summary>
    public static void Manifest(string folder, Action<JsonObject> change)
    {
        var manifest = JsonNode.Parse(LayoutReader.Manifest(folder).Span)!.AsObject();
        change(manifest);
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        var hex = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(Path.Combine(folder, "blobs", "sha256", hex), bytes);
        var path = Path.Combine(folder, "index.json");
        var index = JsonNode.Parse(File.ReadAllBytes(path))!;
        index["manifests"]![0]!["digest"] = $"sha256:{hex}";
        index["manifests"]![0]!["size"] = bytes.Length;
        File.WriteAllText(path, index.ToJsonString());
    }

    /// <summary>Changes every layer's descriptor.</summary>
    public static void Layers(string folder, Action<JsonObject> change) => Manifest(folder, manifest =>
    {
        foreach (var layer in manifest["layers"]!.AsArray())
            change(layer!.AsObject());
    });

    /// <summary>Changes every layer's public options.</summary>
    public static void Options(string folder, Action<JsonObject> change) => Layers(folder, layer =>
    {
        var options = JsonNode.Parse(Convert.FromBase64String(layer["annotations"]![PublicOptions]!.GetValue<string>()))!.AsObject();
        change(options);
        layer["annotations"]![PublicOptions] = Convert.ToBase64String(Encoding.UTF8.GetBytes(options.ToJsonString()));
    });
}
