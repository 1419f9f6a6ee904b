using System.Security.Cryptography;
using System.Text.Json;

namespace Coffer.Interop.Images;

/// <summary>Reads the only image of a layout, with no code of the product, and checks every digest on the way.</summary>
internal static class LayoutReader
{
    /// <summary>The layers from the base up.</summary>
    public static IReadOnlyList<Layer> Layers(string folder)
    {
        using var manifest = JsonDocument.Parse(Manifest(folder));
        return [.. manifest.RootElement.GetProperty("layers").EnumerateArray().Select(l => Layer(folder, l))];
    }

    /// <summary>The manifest's bytes.</summary>
    public static ReadOnlyMemory<byte> Manifest(string folder)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
        return Blob(folder, Assert.Single(index.RootElement.GetProperty("manifests").EnumerateArray()).GetProperty("digest").GetString()!);
    }

    private static Layer Layer(string folder, JsonElement descriptor)
    {
        var digest = descriptor.GetProperty("digest").GetString()!;
        var blob = Blob(folder, digest);
        Assert.Equal(descriptor.GetProperty("size").GetInt64(), blob.Length);
        return new Layer(descriptor.GetProperty("mediaType").GetString()!, digest, blob);
    }

    private static byte[] Blob(string folder, string digest)
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, "blobs", "sha256", digest["sha256:".Length..]));
        Assert.Equal(digest, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        return bytes;
    }
}
