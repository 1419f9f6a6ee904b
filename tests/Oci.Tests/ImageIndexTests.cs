using System.Text;
using Coffer.Oci;

namespace Coffer.Oci.Tests;

public sealed class ImageIndexTests
{
    private const string Entry = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly string Text = $$"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
          {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{Entry}}","size":3,"platform":{"os":"windows","architecture":"amd64","os.version":"10.0","os.features":["win32k"]} }],
          "annotations":{"b":"1","a":"2"} }
        """;

    [Fact]
    public void Rewritten_entry_keeps_what_is_not_modelled_of_its_platform()
    {
        var index = ImageIndex.Parse(Content.Of(MediaTypes.OciIndex, Encoding.UTF8.GetBytes(Text)));

        var text = Encoding.UTF8.GetString(index.With([index.Manifests[0] with { Size = 4 }]).Content.Bytes.Span);

        Assert.Contains("\"os.features\":[\"win32k\"]", text, StringComparison.Ordinal);
        Assert.Contains("\"size\":4", text, StringComparison.Ordinal);
        Assert.Contains("{\"b\":\"1\",\"a\":\"2\"}", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("\"platform\"").Length - 1);
    }

    [Theory]
    [InlineData("linux/arm64", "linux", "arm64", null, true)]
    [InlineData("linux/arm64/v8", "linux", "arm64", null, true)]
    [InlineData("linux/arm64", "linux", "arm64", "v8", true)]
    [InlineData("linux/arm/v6", "linux", "arm", null, false)]
    [InlineData("linux/amd64", "windows", "amd64", null, false)]
    public void Platform_matches_what_its_user_means(string wanted, string os, string architecture, string? variant, bool matches) =>
        Assert.Equal(matches, Platform.Parse(wanted).Matches(new Platform(os, architecture, variant)));

    [Theory]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("linux/arm/v7/x")]
    public void Malformed_platform_is_wrong_usage(string text) =>
        Assert.Equal(ExitStatus.Usage, Assert.Throws<CofferException>(() => Platform.Parse(text)).ExitStatus);

    [Theory]
    [InlineData(MediaTypes.DockerLayerGzip, MediaTypes.OciLayerGzip)]
    [InlineData(MediaTypes.DockerLayerGzip + "+encrypted", MediaTypes.OciLayerGzip + "+encrypted")]
    [InlineData(MediaTypes.DockerManifest, MediaTypes.OciManifest)]
    [InlineData(MediaTypes.DockerForeignLayerGzip, MediaTypes.OciForeignLayer + "+gzip")]
    [InlineData("application/vnd.in-toto+json", "application/vnd.in-toto+json")]
    public void Docker_types_become_OCI_types(string docker, string oci) => Assert.Equal(oci, MediaTypes.ToOci(docker));
}
