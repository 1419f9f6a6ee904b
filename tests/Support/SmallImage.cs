using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.Support;

/// <summary>
/// The smallest honest image: one gzip layer with one file, written byte by byte here so that a test of a reader does
/// not depend on the product's own writer.
/// </summary>
public static class SmallImage
{
    /// <summary>Writes an OCI layout with the tag and returns the folder's path.</summary>
    public static string WriteLayout(string folder, string tag = "1", string content = "hello\n")
    {
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        var tar = Tar(content);
        var layer = Put(folder, Gzip(tar));
        var config = Put(folder, Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:{{Hex(tar)}}"]},"config":{} }"""));
        var manifest = Put(folder, Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Descriptor("application/vnd.oci.image.config.v1+json", config)}},"layers":[{{Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)}}]}"""));
        var entry = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest)
            .Insert(1, $$"""
            "annotations":{"org.opencontainers.image.ref.name":"{{tag}}"},
            """);
        File.WriteAllText(Path.Combine(folder, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{entry}}]}""");
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        return folder;
    }

    private static byte[] Tar(string content)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "hello.txt")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return bytes.ToArray();
    }

    private static (string Digest, int Size) Put(string folder, byte[] content)
    {
        File.WriteAllBytes(Path.Combine(folder, "blobs", "sha256", Hex(content)), content);
        return ($"sha256:{Hex(content)}", content.Length);
    }

    private static string Descriptor(string mediaType, (string Digest, int Size) blob) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{blob.Digest}}","size":{{blob.Size}}}""";

    private static string Hex(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
