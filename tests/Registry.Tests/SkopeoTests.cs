using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests;

/// <summary>What skopeo writes we read, and what we write skopeo reads: both versions, every transport on files.</summary>
public sealed class SkopeoTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public static TheoryData<string, string> Written => new(
        from peer in (string[])["skopeo", "skopeo-1.9"]
        from location in (string[])["oci:{0}:1", "oci-archive:{0}:1", "dir:{0}", "docker-archive:{0}:name:1"]
        select (peer, location));

    public static TheoryData<string, string> Read => new(
        from peer in (string[])["skopeo", "skopeo-1.9"]
        from location in (string[])["oci:{0}:1", "oci:{0}", "oci-archive:{0}:1", "oci-archive:{0}", "dir:{0}"]
        select (peer, location));

    public void Dispose() => _temp.Dispose();

    [Theory]
    [MemberData(nameof(Written))]
    public async Task What_skopeo_wrote_is_read(string peer, string location)
    {
        var original = SmallImage.WriteLayout(_temp.Combine("original"), "1", "from skopeo\n");
        var written = Place(location, "written");
        (await Peers.RunAsync(peer, "--insecure-policy", "copy", "-q", $"oci:{original}:1", written)).ShouldSucceed();

        await Copying.CopyAsync(written, $"oci:{_temp.Combine("ours")}:1");

        // A Docker archive holds layers unpacked, so only what is in them can be compared.
        Assert.Equal(await DiffIdsAsync($"oci:{original}:1"), await DiffIdsAsync($"oci:{_temp.Combine("ours")}:1"));
        if (!location.StartsWith("docker", StringComparison.Ordinal)) Assert.Equal(await LayersAsync($"oci:{original}:1"), await LayersAsync(written));
    }

    [Theory]
    [MemberData(nameof(Read))]
    public async Task What_we_wrote_skopeo_reads(string peer, string location)
    {
        var original = SmallImage.WriteLayout(_temp.Combine("original"), "1", "from us\n");
        var written = Place(location, "written");
        var root = await Copying.CopyAsync($"oci:{original}:1", written);

        (await Peers.RunAsync(peer, "--insecure-policy", "copy", "-q", written, $"oci:{_temp.Combine("theirs")}:1")).ShouldSucceed();
        Assert.Equal(await LayersAsync($"oci:{original}:1"), await LayersAsync($"oci:{_temp.Combine("theirs")}:1"));
        var shown = (await Peers.RunAsync(peer, "inspect", "--raw", written)).ShouldSucceed();
        Assert.Equal(root.Bytes.ToArray(), shown.OutputBytes.ToArray());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("zstd")]
    public async Task An_archive_compressed_as_a_whole_is_read(string program)
    {
        var original = SmallImage.WriteLayout(_temp.Combine("original"), "1", "packed\n");
        await Copying.CopyAsync($"oci:{original}:1", $"oci-archive:{_temp.Combine("plain.tar")}:1");
        var packed = (await Tool.RunAsync(Peers.Require(program), ["-c"], new ToolOptions { Input = await File.ReadAllBytesAsync(_temp.Combine("plain.tar")) })).ShouldSucceed();
        var path = _temp.Write("packed.tar", packed.OutputBytes.Span);
        Assert.Equal(await LayersAsync($"oci:{original}:1"), await LayersAsync($"oci-archive:{path}:1"));
        await File.WriteAllBytesAsync(path, packed.OutputBytes[..(packed.OutputBytes.Length / 2)].ToArray());
        await Assert.ThrowsAnyAsync<CofferException>(() => LayersAsync($"oci-archive:{path}:1"));
    }

    [Fact]
    public async Task An_archive_under_a_sha512_digest_is_read_by_tar()
    {
        var bytes = new byte[] { 1, 2, 3 };
        var digest = Digest.FromHash(System.Security.Cryptography.SHA512.HashData(bytes));
        var path = _temp.Combine("long.tar");
        await using (var sink = await ImageLocation.Parse($"oci-archive:{path}:1").OpenSinkAsync(new RegistryOptions(), CancellationToken.None))
        {
            await sink.PutBlobAsync(new MemoryStream(bytes), digest, 3, CancellationToken.None);
            await sink.CommitAsync(ImageIndex.Create([]).Content, CancellationToken.None);
        }
        var listed = (await Tool.RunAsync(Peers.Require("tar"), "-tf", path)).ShouldSucceed();
        Assert.Contains($"blobs/sha512/{digest.Hex}\n", listed.Output, StringComparison.Ordinal);
        await using var source = await ImageLocation.Parse($"oci-archive:{path}:1").OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
        Assert.Equal(bytes, await source.ReadBlobAsync(new Descriptor("x", digest, 3), 10, "blob", CancellationToken.None));
    }

    [Fact]
    public async Task Signatures_in_a_dir_are_seen_and_go_when_the_image_is_replaced()
    {
        var original = SmallImage.WriteLayout(_temp.Combine("original"));
        var dir = $"dir:{_temp.Combine("d")}";
        await Copying.CopyAsync($"oci:{original}:1", dir);
        Assert.False(await SignedAsync(dir));
        _temp.Write("d/signature-1", "signed");
        Assert.True(await SignedAsync(dir));
        await Copying.CopyAsync($"oci:{original}:1", dir);
        Assert.False(await SignedAsync(dir));
    }

    private string Place(string location, string name) => location.Replace("{0}", _temp.Combine(name), StringComparison.Ordinal);

    private static async Task<bool> SignedAsync(string location)
    {
        await using var source = await ImageLocation.Parse(location).OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
        return await source.HasSignaturesAsync(CancellationToken.None);
    }

    private static async Task<List<Digest>> LayersAsync(string location)
    {
        await using var source = await ImageLocation.Parse(location).OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
        return [.. Manifest.Parse(await source.GetRootAsync(CancellationToken.None)).Layers.Select(l => l.Digest)];
    }

    private static async Task<string> DiffIdsAsync(string location)
    {
        await using var source = await ImageLocation.Parse(location).OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
        var manifest = Manifest.Parse(await source.GetRootAsync(CancellationToken.None));
        using var config = System.Text.Json.JsonDocument.Parse(await source.ReadBlobAsync(manifest.Config, OciLimits.ConfigBytes, "config", CancellationToken.None));
        return config.RootElement.GetProperty("rootfs").GetProperty("diff_ids").GetRawText();
    }
}
