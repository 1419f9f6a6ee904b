using Coffer.Attestation.Protocol;

namespace Coffer.Attestation.Tests.Protocol;

public sealed class KbsResourceUriTests
{
    [Theory]
    [InlineData("kbs:///default/image-kek/1", null, "default/image-kek/1")]
    [InlineData("kbs+resource:///a/b_c/d.e", null, "a/b_c/d.e")]
    [InlineData("kbs://broker.example:8080/a/b/c", "broker.example:8080", "a/b/c")]
    [InlineData("kbs://[::1]:8080/a/b/-", "[::1]:8080", "a/b/-")]
    public void Host_and_path_are_told_apart(string text, string? host, string path)
    {
        var uri = KbsResourceUri.Parse(text);
        Assert.Equal((host, path), (uri.Host, uri.Path));
        Assert.Equal(text.Replace("+resource", "", StringComparison.Ordinal), uri.ToString());
    }

    [Theory]
    [InlineData("kbs:///a/b/c", null, "a/b/c")]
    [InlineData("kbs:///a/b/c?version=1", 1, "a/b/c?version=1")]
    [InlineData("kbs://broker.example/a/b/c?version=999999", 999999, "a/b/c?version=999999")]
    public void A_version_stands_in_the_query(string text, int? version, string asked)
    {
        var uri = KbsResourceUri.Parse(text);
        Assert.Equal((version, "a/b/c", asked, text), (uri.Version, uri.Path, uri.PathAndVersion, uri.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("kbs:///a/b/c?")]
    [InlineData("kbs:///a/b/c?version=")]
    [InlineData("kbs:///a/b/c?version=0")]
    [InlineData("kbs:///a/b/c?version=01")]
    [InlineData("kbs:///a/b/c?version=1000000")]
    [InlineData("kbs:///a/b/c?version=-1")]
    [InlineData("kbs:///a/b/c?version=1&x=2")]
    [InlineData("kbs:///a/b/c?version=1?version=2")]
    [InlineData("/a/b/c")]
    [InlineData("a/b/c")]
    [InlineData("KBS:///a/b/c")]
    [InlineData("http:///a/b/c")]
    [InlineData("kbs:///a/b")]
    [InlineData("kbs:///a/b/c/d")]
    [InlineData("kbs:///a/b/")]
    [InlineData("kbs:///a//c")]
    [InlineData("kbs:///a/b/.c")]
    [InlineData("kbs:///a/../c")]
    [InlineData("kbs:///a/b/c?x=1")]
    [InlineData("kbs:///a/b/c#d")]
    [InlineData("kbs:///a/b/%41")]
    [InlineData("kbs:///a/b/ü")]
    [InlineData("kbs://user@host/a/b/c")]
    [InlineData("kbs://ho st/a/b/c")]
    [InlineData("kbs+pkcs11:///a/b/c")]
    [InlineData("kbs:///a/b/c\n")]
    public void Anything_else_is_refused(string text) => Assert.Throws<AttestationException>(() => KbsResourceUri.Parse(text));

    [Fact]
    public void Segments_are_bounded()
    {
        Assert.NotNull(KbsResourceUri.TryFromPath("a/b/" + new string('c', 128)));
        Assert.Null(KbsResourceUri.TryFromPath("a/b/" + new string('c', 129)));
    }
}
