using System.Text;
using Coffer.Oci;

namespace Coffer.Oci.Tests;

public sealed class ManifestTests
{
    private const string Layer = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly string Text = $$"""
        {
          "schemaVersion": 2,
          "mediaType": "application/vnd.oci.image.manifest.v1+json",
          "artifactType": "application/vnd.example+json",
          "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{{Layer}}", "size": 2, "data": "e30="},
          "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "{{Layer}}", "size": 32, "x.unknown": {"a":  1.50, "b": "\u00e9"}, "annotations": {"k": "v"} }
          ],
          "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "{{Layer}}", "size": 7},
          "annotations": {"z": "1",   "a": "2"},
          "vendor": [1.0, 1e2, "\u2028"]
        }
        """;

    private static Manifest Read(string text) => Manifest.Parse(Content.Of(MediaTypes.OciManifest, Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Manifest_is_read()
    {
        var manifest = Read(Text);

        Assert.True(manifest.IsImage);
        Assert.Equal(32, Assert.Single(manifest.Layers).Size);
        Assert.Equal("v", manifest.Layers[0].Annotations["k"]);
        Assert.Equal(7, manifest.Subject!.Size);
        Assert.Equal("application/vnd.example+json", manifest.ArtifactType);
    }

    [Fact]
    public void Rewriting_layers_keeps_every_other_member_to_the_byte()
    {
        var manifest = Read(Text);

        var rewritten = Encoding.UTF8.GetString(manifest.With([manifest.Layers[0].WithAnnotation("k", "w")]).Content.Bytes.Span);

        Assert.Contains("\"annotations\":{\"z\": \"1\",   \"a\": \"2\"}", rewritten, StringComparison.Ordinal);
        Assert.Contains("\"vendor\":[1.0, 1e2, \"\\u2028\"]", rewritten, StringComparison.Ordinal);
        Assert.Contains("\"x.unknown\":{\"a\":  1.50, \"b\": \"\\u00e9\"}", rewritten, StringComparison.Ordinal);
        Assert.Contains("\"data\": \"e30=\"", rewritten, StringComparison.Ordinal);
        Assert.Contains("\"size\": 7}", rewritten, StringComparison.Ordinal);
        Assert.Contains("\"annotations\":{\"k\":\"w\"}", rewritten, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schemaVersion\": 2", "\"schemaVersion\": 1", "schemaVersion 1")]
    [InlineData("\"size\": 32", "\"size\": -1", "layers[0].size is -1")]
    [InlineData("\"size\": 32", "\"size\": 9223372036854775807", "no blob can have")]
    [InlineData("\"size\": 32", "\"size\": 1.5", "whole number")]
    [InlineData("\"size\": 32", "\"size\": \"32\"", "whole number")]
    [InlineData("\"layers\"", "\"Layers\"", "where the specification says 'layers'")]
    [InlineData("\"vendor\"", "\"layers\"", "one way only")]
    [InlineData("\"k\": \"v\"", "\"k\": 1", "strings")]
    [InlineData("application/vnd.oci.image.manifest.v1+json\",\n  \"artifactType\"", "application/vnd.oci.image.index.v1+json\",\n  \"artifactType\"", "calls itself")]
    [InlineData("\"config\"", "\"confix\"", "lacks 'config'")]
    [InlineData("\\u2028", "\\ud800\": 1, \"q\":\"", "")]
    public void Bad_manifest_is_refused_in_one_line(string old, string replacement, string message)
    {
        var error = Assert.Throws<MalformedImageException>(() => Read(Text.Replace("\r", "", StringComparison.Ordinal).Replace(old, replacement, StringComparison.Ordinal)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Manifest_over_4_MiB_is_refused()
    {
        var big = Text.Replace("\"z\": \"1\"", $"\"z\": \"{new string('x', OciLimits.ManifestBytes)}\"", StringComparison.Ordinal);

        Assert.Contains("most that is read", Assert.Throws<MalformedImageException>(() => Read(big)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_layers_than_reason_allows_are_refused()
    {
        var layer = $$"""{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "{{Layer}}", "size": 1}""";
        var text = $$"""{"schemaVersion": 2, "config": {{layer}}, "layers": [{{string.Join(',', Enumerable.Repeat(layer, OciLimits.Layers + 1))}}]}""";

        Assert.Contains($"{OciLimits.Layers}", Assert.Throws<MalformedImageException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_without_running_out_of_stack()
    {
        var text = Text.Replace("[1.0, 1e2", new string('[', 100_000) + "1", StringComparison.Ordinal);

        Assert.Throws<MalformedImageException>(() => Read(text));
    }
}
