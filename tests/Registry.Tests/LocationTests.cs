using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests;

public sealed class LocationTests
{
    [Theory]
    [InlineData("oci:a/b", "oci", "a/b", null)]
    [InlineData("oci:a/b:", "oci", "a/b", null)]
    [InlineData("oci:/a/b:1.0", "oci", "/a/b", "1.0")]
    [InlineData("oci:a:registry.example/name:tag", "oci", "a", "registry.example/name:tag")]
    [InlineData("oci:a:@2", "oci", "a", "@2")]
    [InlineData("oci-archive:f.tar:x", "oci-archive", "f.tar", "x")]
    [InlineData("docker-archive:f.tar:name:tag", "docker-archive", "f.tar", "name:tag")]
    [InlineData("dir:a:b", "dir", "a:b", null)]
    public void Locations_split_as_skopeo_splits_them(string text, string transport, string path, string? reference)
    {
        var location = ImageLocation.Parse(text);
        Assert.Equal((transport, path, reference), (location.Transport, location.Path, location.Reference));
    }

    [Fact]
    public void A_digest_after_the_path_is_a_reference()
    {
        var digest = Digest.Of([1]);
        var location = ImageLocation.Parse($"oci:a@{digest}");
        Assert.Equal(("a", $"@{digest}"), (location.Path, location.Reference));
    }

    [Theory]
    [InlineData("oci:")]
    [InlineData("oci::tag")]
    [InlineData("oci:a:@x")]
    [InlineData("oci:a:@-1")]
    [InlineData("dir:")]
    [InlineData("busybox")]
    [InlineData("./layout")]
    [InlineData("")]
    public void What_is_no_location_is_wrong_usage(string text) =>
        Assert.Equal(ExitStatus.Usage, Assert.ThrowsAny<CofferException>(() => ImageLocation.Parse(text)).ExitStatus);

    [Fact]
    public void A_foreign_transport_is_answered_with_the_command_that_converts_it()
    {
        var error = Assert.ThrowsAny<CofferException>(() => ImageLocation.Parse("containers-storage:name:tag"));
        Assert.Contains("skopeo copy containers-storage:name:tag oci:DIR:TAG", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_transport_docker_is_suggested() =>
        Assert.Contains("docker://busybox", Assert.ThrowsAny<CofferException>(() => ImageLocation.Parse("busybox")).Hint, StringComparison.Ordinal);

    [Fact]
    public async Task A_docker_archive_is_not_written()
    {
        using var temp = new TempDirectory();
        var error = await Assert.ThrowsAnyAsync<CofferException>(async () =>
            await ImageLocation.Parse($"docker-archive:{temp.Combine("x.tar")}:a:b").OpenSinkAsync(new RegistryOptions(), CancellationToken.None));
        Assert.Equal(ExitStatus.Usage, error.ExitStatus);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temp.Path));
    }

    [Fact]
    public async Task The_same_image_is_recognised_through_links_and_bare_paths()
    {
        using var temp = new TempDirectory();
        var layout = temp.Combine("layout");
        await using (var sink = await ImageLocation.Parse($"oci:{layout}:a").OpenSinkAsync(new RegistryOptions(), CancellationToken.None))
        {
            await SampleImage.Create(1, 10).WriteAsync(sink);
        }
        Directory.CreateSymbolicLink(temp.Combine("link"), layout);

        Assert.True(Same($"oci:{layout}:a", $"oci:{temp.Combine("link")}/../layout:a"));
        Assert.True(Same($"oci:{layout}", $"oci:{temp.Combine("link")}:a"));
        Assert.True(Same($"oci:{layout}:@0", $"oci:{layout}:a"));
        Assert.False(Same($"oci:{layout}:a", $"oci:{layout}:b"));
        Assert.False(Same($"oci:{layout}:a", $"oci:{temp.Combine("other")}:a"));
        Assert.False(Same($"oci:{layout}:a", $"dir:{layout}"));
    }

    private static bool Same(string source, string destination) => ImageLocation.Parse(source).SameAs(ImageLocation.Parse(destination));
}
