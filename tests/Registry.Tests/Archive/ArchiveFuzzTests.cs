using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Archive;

/// <summary>Hostile archives with whole images in them, read to the last blob, or refused in the documented way.</summary>
public sealed class ArchiveFuzzTests : IDisposable
{
    private const int Block = 512;
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Oci_archives_gone_wrong_are_read_or_refused() => Fuzz("oci-archive", OciArchive());

    [Fact]
    public void Docker_archives_gone_wrong_are_read_or_refused() => Fuzz("docker-archive", DockerArchive());

    private void Fuzz(string transport, byte[] tar)
    {
        var path = _temp.Combine("fuzzed");
        Fuzzing.Run(transport, [tar, Gzip(tar)], (bytes, from) =>
        {
            Read(transport, path, bytes);
            // A damaged header stops at its sum: with a right one the reader gets further.
            if (from == 0) Read(transport, path, WithRightSums(bytes));
        }, rounds: 500);
    }

    private static void Read(string transport, string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        try
        {
            ReadAsync($"{transport}:{path}").GetAwaiter().GetResult();
        }
        catch (CofferException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    }

    private static async Task ReadAsync(string location)
    {
        await using var source = await ImageLocation.Parse(location).OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
        var root = await source.GetRootAsync(CancellationToken.None);
        if (!MediaTypes.IsManifest(root.MediaType)) return;
        var manifest = Manifest.Parse(root);
        foreach (var blob in manifest.Layers.Prepend(manifest.Config))
        {
            await using var content = await source.OpenBlobAsync(blob, CancellationToken.None);
            await content.CopyToAsync(Stream.Null);
        }
    }

    private byte[] OciArchive()
    {
        var layout = SmallImage.WriteLayout(_temp.Combine("layout"));
        using var bytes = new MemoryStream();
        TarFile.CreateFromDirectory(layout, bytes, includeBaseDirectory: false);
        return bytes.ToArray();
    }

    private static byte[] DockerArchive() => Tar(
        ("manifest.json", """[{"Config":"config.json","RepoTags":["registry.example/a:1"],"Layers":["a/layer.tar","b/layer.tar"]}]"""u8.ToArray()),
        ("config.json", """{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]} }"""u8.ToArray()),
        ("a/layer.tar", Tar(("hello", "hello\n"u8.ToArray()))),
        ("b/layer.tar", null));

    private static byte[] Tar(params (string Name, byte[]? Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(content is null
                    ? new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = "../a/layer.tar" }
                    : new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }
        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return bytes.ToArray();
    }

    private static byte[] WithRightSums(byte[] tar)
    {
        for (var at = 0; at + Block <= tar.Length; at += Block)
        {
            var header = tar.AsSpan(at, Block);
            if (!header.Slice(257, 5).SequenceEqual("ustar"u8)) continue;
            header.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var b in header) sum += b;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header.Slice(148, 8));
        }
        return tar;
    }
}
