using System.Text;
using Coffer.KeyBroker.Resources;
using Coffer.Support;
using CsCheck;

namespace Coffer.KeyBroker.Tests.Resources;

public sealed class ResourceTests
{
    [Theory]
    [InlineData("default/image-kek/1")]
    [InlineData("a/b/c")]
    [InlineData("_/-/0.pem")]
    [InlineData("A-b_c.d/x..y/z.")]
    public void Three_segments_of_the_published_characters_are_a_path(string text) => Assert.Equal(text, ResourcePath.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a/b/c/d")]
    [InlineData("/a/b")]
    [InlineData("a//b")]
    [InlineData("a/b/")]
    [InlineData("a/../b")]
    [InlineData("a/.b/c")]
    [InlineData("a/b c/d")]
    [InlineData("a/b/é")]
    [InlineData("a/b/c\n")]
    [InlineData("a/b/c%2e")]
    public void Anything_else_is_none(string text)
    {
        Assert.Null(ResourcePath.TryParse(text));
        Assert.Equal(BrokerFault.BadRequest, Assert.Throws<BrokerException>(() => ResourcePath.Parse(text)).Fault);
    }

    [Fact]
    public void A_segment_has_at_most_128_characters()
    {
        var longest = new string('x', 128);
        Assert.NotNull(ResourcePath.TryParse($"{longest}/{longest}/{longest}"));
        Assert.Null(ResourcePath.TryParse($"{longest}x/b/c"));
    }

    [Theory]
    [InlineData("default/image-kek/*", "default/image-kek/1", true)]
    [InlineData("default/image-kek/*", "default/other/1", false)]
    [InlineData("default/image-kek/*", "default/image-kek/a.b", true)]
    [InlineData("default/*", "default/image-kek/1", true)]
    [InlineData("default/*", "other/image-kek/1", false)]
    [InlineData("default/**", "default/image-kek/1", true)]
    [InlineData("*", "a/b/c", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("**/c", "a/b/c", true)]
    [InlineData("**/c", "a/b/d", false)]
    [InlineData("a/**/c", "a/b/c", true)]
    [InlineData("a/**/b/c", "a/b/c", true)]
    [InlineData("team-*/key/*-1", "team-a/key/db-1", true)]
    [InlineData("team-*/key/*-1", "team-a/key/db-12", false)]
    [InlineData("team-?/key/1", "team-a/key/1", true)]
    [InlineData("team-?/key/1", "team-ab/key/1", false)]
    [InlineData("a*/b/c", "a/b/c", true)]
    [InlineData("*a*b*/x/y", "xxaxxbxx/x/y", true)]
    [InlineData("A/b/c", "a/b/c", false)]
    public void A_glob_covers_what_it_says(string glob, string path, bool covers) => Assert.Equal(covers, Glob.Parse(glob).Matches(ResourcePath.Parse(path)));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/b")]
    [InlineData("a/b/c/d")]
    [InlineData("a/b/c/*")]
    [InlineData("a//b")]
    [InlineData("/a/b")]
    [InlineData("a**/b/c")]
    [InlineData("a/b/[c]")]
    [InlineData("**/**/**/**")]
    public void A_glob_that_no_path_can_match_is_refused(string glob) => Assert.Throws<FormatException>(() => Glob.Parse(glob));

    [Fact]
    public void Globs_match_as_a_regular_expression_of_the_same_meaning_does()
    {
        var segment = Gen.Char["ab*?"].Array[1, 8].Select(c => new string(c).Replace("**", "*", StringComparison.Ordinal));
        var path = Gen.Char["ab"].Array[1, 10].Select(c => new string(c));

        Gen.Select(segment, path).Sample((g, p) =>
        {
            while (g.Contains("**", StringComparison.Ordinal)) g = g.Replace("**", "*", StringComparison.Ordinal);
            var pattern = $"^{g.Replace("*", ".*", StringComparison.Ordinal).Replace("?", ".", StringComparison.Ordinal)}$";
            return Glob.Parse($"{g}/x/y").Matches(ResourcePath.Parse($"{p}/x/y")) == System.Text.RegularExpressions.Regex.IsMatch(p, pattern, System.Text.RegularExpressions.RegexOptions.NonBacktracking);
        });
    }

    /// <summary>What a glob says of another one decides who may write and see which policies: held against all short paths.</summary>
    [Fact]
    public void A_glob_covers_and_meets_others_as_the_paths_that_both_match_say()
    {
        string[] segments = ["a", "b", "ab"], patterns = [.. segments, "*", "?", "a*", "*b", "**"];
        var paths = (from x in segments from y in segments from z in segments select ResourcePath.Parse($"{x}/{y}/{z}")).ToList();
        var globs = Gen.Int[0, patterns.Length - 1].Array[1, 5].Select(parts => string.Join('/', parts.Select(p => patterns[p]))).Where(IsGlob).Select(Glob.Parse);

        Gen.Select(globs, globs).Sample((one, other) =>
        {
            var others = paths.Where(other.Matches).ToList();
            Assert.True(!one.Covers(other) || others.All(one.Matches), $"{one} does not cover {other}");
            Assert.True(one.MayMeet(other) || !others.Exists(one.Matches), $"{one} meets {other}");
        }, iter: 20_000);
    }

    private static bool IsGlob(string text)
    {
        try
        {
            _ = Glob.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    [Fact]
    public void Globs_and_paths_from_outside_are_read_or_refused() => Fuzzing.Run(
        "resource glob", [.. new[] { "default/image-kek/*", "**/a*b?c/**", "*", "a/b/c" }.Select(Encoding.UTF8.GetBytes)],
        (input, at) =>
        {
            var text = Encoding.UTF8.GetString(input);
            _ = ResourcePath.TryParse(text);
            try
            {
                Glob.Parse(text).Matches(ResourcePath.Parse("default/image-kek/1"));
            }
            catch (FormatException)
            {
                // as documented
            }
        });
}
