using System.Text.Json.Nodes;
using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Layout;

public sealed class LayoutEntriesTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TempDirectory _temp = new();

    private string Path => _temp.Combine("layout");

    private string IndexPath => System.IO.Path.Combine(Path, "index.json");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Another_ref_and_unknown_members_survive_a_write()
    {
        await WriteAsync("a", 1);
        var index = JsonNode.Parse(File.ReadAllText(IndexPath))!;
        index["x-top"] = "kept";
        index["manifests"]![0]!["x-entry"] = new JsonArray(1, 2);
        File.WriteAllText(IndexPath, index.ToJsonString());

        await WriteAsync("b", 2);
        await WriteAsync("b", 3);

        var after = JsonNode.Parse(File.ReadAllText(IndexPath))!;
        Assert.Equal("kept", (string)after["x-top"]!);
        Assert.Equal(2, after["manifests"]!.AsArray().Count);
        Assert.Equal("[1,2]", after["manifests"]![0]!["x-entry"]!.ToJsonString());
        Assert.Equal(SampleImage.Create(1, 100).Manifest.Digest, await RootAsync("a"));
        Assert.Equal(SampleImage.Create(3, 100).Manifest.Digest, await RootAsync("b"));
    }

    [Fact]
    public async Task Without_a_ref_the_only_image_is_meant_and_several_are_listed()
    {
        await WriteAsync("first", 1);
        Assert.Equal(SampleImage.Create(1, 100).Manifest.Digest, await RootAsync(null));
        await WriteAsync("second", 2);
        var error = await Assert.ThrowsAnyAsync<CofferException>(() => RootAsync(null));
        Assert.Contains("first", error.Hint, StringComparison.Ordinal);
        Assert.Contains("second", error.Hint, StringComparison.Ordinal);
        Assert.Equal(SampleImage.Create(2, 100).Manifest.Digest, await RootAsync("@1"));
        Assert.Equal(SampleImage.Create(2, 100).Manifest.Digest, await RootAsync($"@{SampleImage.Create(2, 100).Manifest.Digest}"));
        await Assert.ThrowsAnyAsync<CofferException>(() => RootAsync("@2"));
    }

    [Fact]
    public async Task Two_entries_of_one_name_are_refused()
    {
        await WriteAsync("a", 1);
        var index = JsonNode.Parse(File.ReadAllText(IndexPath))!;
        index["manifests"]!.AsArray().Add(index["manifests"]![0]!.DeepClone());
        File.WriteAllText(IndexPath, index.ToJsonString());
        await Assert.ThrowsAnyAsync<CofferException>(() => RootAsync("a"));
    }

    [Fact]
    public async Task Many_writers_of_one_layout_lose_no_entry()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => WriteAsync($"t{i}", i))));
        for (var i = 0; i < 12; i++) Assert.Equal(SampleImage.Create(i, 100).Manifest.Digest, await RootAsync($"t{i}"));
        Assert.Equal(["blobs", "index.json", "oci-layout"], Directory.EnumerateFileSystemEntries(Path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failed_job_takes_the_directories_away_that_it_made()
    {
        var deep = _temp.Combine("x", "y", "z");
        await using (var sink = await ImageLocation.Parse($"oci:{deep}:a").OpenSinkAsync(new RegistryOptions(), None))
        {
            await SampleImage.Create(1, 100).PutBlobsAsync(sink);
        }
        Assert.False(Directory.Exists(_temp.Combine("x")));
    }

    [Fact]
    public async Task A_directory_that_holds_something_else_is_not_written_to()
    {
        _temp.Write("layout/notes.txt", "mine");
        await Assert.ThrowsAnyAsync<CofferException>(() => WriteAsync("a", 1));
        Assert.Equal(["notes.txt"], Directory.EnumerateFileSystemEntries(Path).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public async Task Nothing_is_written_through_links_and_none_is_read()
    {
        await WriteAsync("a", 1);
        var blob = System.IO.Path.Combine(Path, "blobs", "sha256", SampleImage.Create(1, 100).Manifest.Digest.Hex);
        File.Move(blob, _temp.Combine("elsewhere"));
        File.CreateSymbolicLink(blob, _temp.Combine("elsewhere"));
        await Assert.ThrowsAnyAsync<CofferException>(() => RootAsync("a"));

        Directory.Move(System.IO.Path.Combine(Path, "blobs"), _temp.Combine("outside"));
        Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, "blobs"), _temp.Combine("outside"));
        var before = Directory.EnumerateFiles(_temp.Combine("outside", "sha256")).Count();
        await Assert.ThrowsAnyAsync<CofferException>(() => WriteAsync("b", 2));
        Assert.Equal(before, Directory.EnumerateFiles(_temp.Combine("outside", "sha256")).Count());
    }

    [Fact]
    public async Task A_damaged_blob_at_the_destination_is_not_reused()
    {
        var image = SampleImage.Create(1, 100);
        await WriteAsync("a", 1);
        var layer = SampleImage.DescriptorOf(image.Layers[0]);
        await using var source = await OpenAsync("a");
        await using var sink = await ImageLocation.Parse($"oci:{Path}:b").OpenSinkAsync(new RegistryOptions(), None);
        Assert.True(await sink.TryReuseBlobAsync(source, layer, None));

        File.WriteAllBytes(System.IO.Path.Combine(Path, "blobs", "sha256", layer.Digest.Hex), new byte[layer.Size]);
        await using var other = await ImageLocation.Parse($"oci:{Path}:c").OpenSinkAsync(new RegistryOptions(), None);
        Assert.False(await other.TryReuseBlobAsync(source, layer, None));
    }

    [Fact]
    public async Task What_a_dead_job_left_goes_with_the_next_one_and_what_a_living_one_uses_stays()
    {
        await WriteAsync("a", 1);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, ".coffer-tmp-0123"));
        await using var living = await ImageLocation.Parse($"oci:{Path}:b").OpenSinkAsync(new RegistryOptions(), None);
        await SampleImage.Create(2, 100).PutBlobsAsync(living);
        await WriteAsync("c", 3);
        Assert.Single(Directory.EnumerateDirectories(Path, ".coffer-tmp-*"));
        await living.CommitAsync(SampleImage.Create(2, 100).Manifest, None);
        Assert.Equal(SampleImage.Create(2, 100).Manifest.Digest, await RootAsync("b"));
    }

    private async Task WriteAsync(string name, int seed)
    {
        await using var sink = await ImageLocation.Parse($"oci:{Path}:{name}").OpenSinkAsync(new RegistryOptions(), None);
        await SampleImage.Create(seed, 100).WriteAsync(sink);
    }

    private ValueTask<IImageSource> OpenAsync(string? name) => ImageLocation.Parse($"oci:{Path}{(name is null ? "" : ":" + name)}").OpenSourceAsync(new RegistryOptions(), None);

    private async Task<Digest> RootAsync(string? name)
    {
        await using var source = await OpenAsync(name);
        return (await source.GetRootAsync(None)).Digest;
    }
}
