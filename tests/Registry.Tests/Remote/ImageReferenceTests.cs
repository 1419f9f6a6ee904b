using Coffer.Oci;
using Coffer.Registry.Remote;
using CsCheck;

namespace Coffer.Registry.Tests.Remote;

public sealed class ImageReferenceTests
{
    private const string D = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("registry.example/app", "registry.example", "app", null, "latest")]
    [InlineData("registry.example:5000/a/b__c/d.e-f:V1.0_x", "registry.example:5000", "a/b__c/d.e-f", "V1.0_x", "V1.0_x")]
    [InlineData("localhost/a:1", "localhost", "a", "1", "1")]
    [InlineData("127.0.0.1:65535/a", "127.0.0.1:65535", "a", null, "latest")]
    [InlineData("[::1]:5000/a:1", "[::1]:5000", "a", "1", "1")]
    [InlineData("registry.example/a:1@" + D, "registry.example", "a", "1", D)]
    [InlineData("registry.example/a@" + D, "registry.example", "a", null, D)]
    public void A_reference_falls_into_its_parts(string text, string host, string repository, string? tag, string version)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal((host, repository, tag, version), (reference.Host, reference.Repository, reference.Tag, reference.Version));
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("app")]
    [InlineData("app:1")]
    [InlineData("team/app:1")]
    [InlineData("")]
    public void A_short_name_is_refused_with_a_hint(string text)
    {
        var error = Assert.Throws<CofferException>(() => ImageReference.Parse(text));
        Assert.Equal(ExitStatus.Usage, error.ExitStatus);
        Assert.Contains("registry.example/", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example/App")]
    [InlineData("registry.example/")]
    [InlineData("registry.example//a")]
    [InlineData("registry.example/a/")]
    [InlineData("registry.example/../a")]
    [InlineData("registry.example/a:")]
    [InlineData("registry.example/a:-x")]
    [InlineData("registry.example/a:1:2")]
    [InlineData("registry.example/a@sha256:00")]
    [InlineData("registry.example/a@")]
    [InlineData("registry.example:0/a")]
    [InlineData("registry.example:65536/a")]
    [InlineData("registry.example:/a")]
    [InlineData("-registry.example/a")]
    [InlineData("user@registry.example/a")]
    [InlineData("registry.example/a?x=1")]
    [InlineData("registry.example/a b")]
    [InlineData("https://registry.example/a")]
    public void What_breaks_the_grammar_is_wrong_usage(string text) =>
        Assert.Equal(ExitStatus.Usage, Assert.Throws<CofferException>(() => ImageReference.Parse(text)).ExitStatus);

    [Fact]
    public void Names_and_tags_are_bounded()
    {
        Assert.Throws<CofferException>(() => ImageReference.Parse("registry.example/" + new string('a', 240)));
        Assert.Throws<CofferException>(() => ImageReference.Parse("registry.example/a:" + new string('a', 129)));
        Assert.Throws<CofferException>(() => ImageReference.Parse(new string('a', 1_000_000)));
    }

    [Fact]
    public void Whatever_is_read_is_written_back_the_same() => Gen.String[Gen.Char["ab1.:/@-_A "], 0, 40].Sample(text =>
    {
        try
        {
            return ImageReference.Parse(text).ToString() == text;
        }
        catch (CofferException)
        {
            return true;
        }
    });
}
