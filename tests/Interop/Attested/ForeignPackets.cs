using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Interop.Attested;

/// <summary>Rewrites the packets in an encrypted image's annotations, as whoever can write a registry can.</summary>
internal static class ForeignPackets
{
    private const string Annotation = "org.opencontainers.image.enc.keys.provider.coffer";

    /// <summary>Replaces a part of every packet's key name in the layout's only image.</summary>
    public static void Rename(string layout, string old, string other)
    {
        var indexFile = Path.Combine(layout, "index.json");
        var index = JsonNode.Parse(File.ReadAllText(indexFile))!;
        var descriptor = index["manifests"]![0]!;
        var manifest = JsonNode.Parse(File.ReadAllText(Blob(layout, (string)descriptor["digest"]!)))!;
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            var packet = Encoding.UTF8.GetString(Convert.FromBase64String((string)layer!["annotations"]![Annotation]!));
            layer["annotations"]![Annotation] = Convert.ToBase64String(Encoding.UTF8.GetBytes(packet.Replace(old, other, StringComparison.Ordinal)));
        }
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        descriptor["digest"] = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        descriptor["size"] = bytes.Length;
        File.WriteAllBytes(Blob(layout, (string)descriptor["digest"]!), bytes);
        File.WriteAllText(indexFile, index.ToJsonString());
    }

    private static string Blob(string layout, string digest) => Path.Combine(layout, "blobs", digest.Replace(':', '/'));
}
