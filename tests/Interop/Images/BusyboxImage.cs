using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Coffer.Support;

namespace Coffer.Interop.Images;

/// <summary>A root file system of one statically linked program, and the file that it is asked for.</summary>
internal static class BusyboxImage
{
    /// <summary>What <c>/recipe</c> holds.</summary>
    public const string Secret = "two parts sugar, one part lime\n";

    /// <summary>Writes it as <c>1</c> into a layout in that folder.</summary>
    public static void Write(string folder)
    {
        var busybox = Peers.Require("busybox");
        var layout = new ImageLayout(folder);
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var directory in (string[])["bin", "dev", "etc", "proc", "root", "run", "sys", "tmp"])
                tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, $"{directory}/") { Mode = Mode(executable: true) });
            Write(tar, "bin/busybox", File.ReadAllBytes(busybox), executable: true);
            Write(tar, "recipe", Encoding.UTF8.GetBytes(Secret), executable: false);
            Write(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"u8.ToArray(), executable: false);
        }
        var config = layout.Put($$$"""
            {"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/busybox"]},"rootfs":{"type":"layers","diff_ids":["{{{Digest(bytes.ToArray())}}}"]}}
            """);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes.ToArray());
        const string Type = "application/vnd.oci.image.";
        var layer = ImageLayout.Descriptor(Type + "layer.v1.tar+gzip", layout.Put(packed.ToArray()));
        var manifest = layout.Put($$"""{"schemaVersion":2,"mediaType":"{{Type}}manifest.v1+json","config":{{ImageLayout.Descriptor(Type + "config.v1+json", config)}},"layers":[{{layer}}]}""");
        layout.Tag("1", Type + "manifest.v1+json", manifest, "");
    }

    private static void Write(TarWriter tar, string name, byte[] content, bool executable) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = Mode(executable) });

    private static UnixFileMode Mode(bool executable)
    {
        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        return executable ? Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Read;
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
