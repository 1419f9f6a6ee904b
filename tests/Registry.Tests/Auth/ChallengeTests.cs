using Coffer.Registry.Auth;
using CsCheck;

namespace Coffer.Registry.Tests.Auth;

public sealed class ChallengeTests
{
    [Fact]
    public void Several_challenges_in_one_value_are_told_apart()
    {
        var read = Challenge.ReadAll("Negotiate, Bearer realm=\"https://a.example/t\",service=\"s \\\"q\\\", x\" , scope=abc, Basic Realm=x");
        Assert.Equal(["Negotiate", "Bearer", "Basic"], read.Select(c => c.Scheme));
        Assert.Equal("https://a.example/t", read[1]["REALM"]);
        Assert.Equal("s \"q\", x", read[1]["service"]);
        Assert.Equal("abc", read[1]["scope"]);
        Assert.Equal("x", read[2]["realm"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",,,")]
    [InlineData("Bearer realm=\"open", "Bearer")]
    [InlineData("Bearer realm=", "Bearer")]
    [InlineData("Bearer \u0001", "Bearer")]
    public void What_breaks_the_grammar_ends_the_reading(string value, params string[] schemes)
    {
        var read = Challenge.ReadAll(value);
        Assert.Equal(schemes, read.Select(c => c.Scheme));
        Assert.All(read, c => Assert.Null(c["realm"]));
    }

    [Fact]
    public void No_text_makes_the_reader_throw_or_hang() => Gen.String.Sample(text => Challenge.ReadAll(text).Count <= text.Length);
}
