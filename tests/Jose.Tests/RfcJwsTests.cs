namespace Coffer.Jose.Tests;

/// <summary>The examples of RFC 7515 appendix A and RFC 7520 section 4 with asymmetric keys.</summary>
public sealed class RfcJwsTests
{
    internal static readonly string[] Allowed = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    public static TheoryData<string, string> Forms() =>
        [.. Vectors.Jws.SelectMany(e => e.Forms.Keys.Select(form => (e.Name, form)))];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Example_holds_under_each_of_its_keys(string name, string form)
    {
        var example = Vectors.Jws.Named(name);
        var jws = Jws.Parse(example.Forms[form]);
        Assert.Equal(form, jws.Serialization.ToString(), ignoreCase: true);
        Assert.NotEmpty(example.Keys);
        foreach (var json in example.Keys)
        {
            using var key = Jwk.Parse(json);
            var verified = jws.Verify(new JwkVerifier(key, Allowed));
            Assert.Equal(example.Content, Vectors.Utf8(verified.Payload.ToArray()));
        }
    }

    [Fact]
    public void Deterministic_example_is_signed_alike()
    {
        var example = Vectors.Jws.Named("RFC 7520 4.1");
        using var key = Jwk.Parse(example.Keys[0]);
        var text = Jws.Sign(System.Text.Encoding.UTF8.GetBytes(example.Content), [new JwkSigner(key, "RS256")]);
        Assert.Equal(example.Forms["compact"], text);
    }
}
