using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>A file system that is full at every place of the way: a blob, a manifest, the index.</summary>
[Collection(typeof(AloneInTheProcess))]
public sealed class FullDiskTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory, MemberData(nameof(Works.All), MemberType = typeof(Works))]
    public async Task A_disk_of_any_size_gets_the_whole_image_or_nothing(string work)
    {
        using var blocks = new PooledBlocks();
        RawLayers.WriteIndex(_bench, [300_000, 300_001, 40_000]);
        await _bench.EncryptAsync("raw:1", "enc:1", selection: InstanceSelection.All);
        var disk = _bench.Path("disk");
        Directory.CreateDirectory(disk);
        var mounted = await Tool.RunAsync("/bin/mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk);
        Assert.SkipWhen(mounted.ExitCode != 0, "a small file system cannot be mounted here: that takes root");
        try
        {
            var refused = 0;
            // Coarse through the layers, page by page where config, manifest, index and layout file follow.
            var size = 16;
            while (!await FitsAsync(work, disk, blocks))
            {
                refused++;
                size += size < 580 ? 64 : 4;
                Assert.InRange(size, 0, 800);
                (await Tool.RunAsync("/bin/mount", "-o", $"remount,size={size}k", disk)).ShouldSucceed();
            }
            Assert.InRange(refused, 12, 60);
        }
        finally
        {
            (await Tool.RunAsync("/bin/umount", disk)).ShouldSucceed();
        }
    }

    private async Task<bool> FitsAsync(string work, string disk, PooledBlocks blocks)
    {
        try
        {
            await Works.WithAsync(_bench, work, transform => _bench.RunAsync(work == "decrypt" ? "enc:1" : "raw:1", "disk:1", transform, InstanceSelection.All));
            return true;
        }
        catch (CofferException e)
        {
            Assert.Contains("no space left", e.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
            await blocks.AllBackAsync("a full disk");
            return false;
        }
    }
}
