using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Coffer.Interop.KeyProviders;
using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop;

/// <summary>A container that buildah starts from an image which the product encrypted.</summary>
public sealed class ContainerTests(Bench bench) : IDisposable
{
    private const string Secret = "two parts sugar, one part lime\n";

    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(Peer.Buildah139, RecipientNames.P256)]
    [InlineData(Peer.Buildah139, RecipientNames.Provider)]
    [InlineData(Peer.Buildah128, RecipientNames.P256)]
    [InlineData(Peer.Buildah128, RecipientNames.JweAndPkcs7)]
    public async Task Container_starts_from_an_encrypted_image(string peer, string name)
    {
        var recipient = await bench.Keys.GetAsync(name);
        WriteImage(_work.Combine("image"));
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();

        var buildah = new Buildah(peer, _work);
        var ran = await buildah.StartAsync($"oci:{_work.Combine("encrypted")}:1", recipient, "/bin/busybox", "cat", "/recipe");

        Assert.Equal(Secret, ran.ShouldSucceed().Output);
    }

    [Theory]
    [InlineData(Transport.Socket)]
    [InlineData(Transport.Command)]
    public async Task Container_starts_from_an_image_whose_keys_the_key_provider_has(Transport transport)
    {
        await using var node = await Installation.StartAsync();
        var recipient = await node.RecipientAsync(transport);
        WriteImage(_work.Combine("image"));
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();

        var ran = await new Buildah(Peer.Buildah139, _work).StartAsync($"oci:{_work.Combine("encrypted")}:1", recipient, "/bin/busybox", "cat", "/recipe");

        Assert.Equal(Secret, ran.ShouldSucceed().Output);
    }

    [Theory]
    [InlineData(Peer.Buildah139)]
    [InlineData(Peer.Buildah128)]
    public async Task No_container_starts_without_the_key(string peer)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        WriteImage(_work.Combine("image"));
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{_work.Combine("encrypted")}:1", recipient)).ShouldSucceed();

        var stranger = await bench.Keys.GetAsync(RecipientNames.P384);
        var refused = await new Buildah(peer, _work).StartAsync($"oci:{_work.Combine("encrypted")}:1", stranger, "/bin/busybox", "cat", "/recipe");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("none of the private keys could be used for decryption", refused.Error, StringComparison.Ordinal);
    }

    // A root file system of one statically linked program, and the file that it is asked for.
    private static void WriteImage(string folder)
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
