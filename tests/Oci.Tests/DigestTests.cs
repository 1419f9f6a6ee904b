using Coffer.Oci;

namespace Coffer.Oci.Tests;

public sealed class DigestTests
{
    [Theory]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")]
    public void Digest_of_nothing_is_read_and_written_back(string text)
    {
        var digest = Digest.Parse(text);

        Assert.Equal(text, digest.ToString());
        Assert.Equal(digest, digest.OfSameKind([]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("sha256:../../../../etc/passwd00000000000000000000000000000000000000000000")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.Throws<MalformedImageException>(() => Digest.Parse(text));
    }

    [Fact]
    public void Refusal_prints_no_control_characters() =>
        Assert.DoesNotContain('\u001b', Assert.Throws<MalformedImageException>(() => Digest.Parse("\u001b[2Jsha256:")).Message);
}
