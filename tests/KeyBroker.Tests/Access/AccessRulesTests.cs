using System.Text;
using Coffer.KeyBroker.Access.Rules;
using Coffer.KeyBroker.Documents;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>The file of <c>--access</c>.</summary>
public sealed class AccessRulesTests
{
    private const string Issuer = "\"name\":\"a\",\"issuer\":\"https://a.example\",\"audience\":\"coffer\",";
    private const string Grants = "\"grants\":[{\"match\":{\"sub\":\"x\"},\"role\":\"admin\"}]";

    [Theory]
    [InlineData("{}", "neither certificates nor issuers")]
    [InlineData("{\"issuer\":[]}", "issuer: is no member")]
    [InlineData("{\"issuers\":[]}", "empty list")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + ",\"algorithms\":[\"HS256\"]}]}", "HS256|is no algorithm")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + ",\"algorithms\":[\"none\"]}]}", "is no algorithm")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + "},{" + Issuer + Grants + "}]}", "two of the same name")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + ",\"jwks_url\":\"http://keys.example/\"}]}", "plain HTTP")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + ",\"jwks_url\":\"file:///etc/passwd\"}]}", "no https://")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + ",\"jwks_url\":\"https://k.example/\",\"jwks_file\":\"x\"}]}", "exclude each other")]
    [InlineData("{\"issuers\":[{" + Issuer + Grants + ",\"clock_skew\":\"6m\"}]}", "longer than 5 minutes")]
    [InlineData("{\"issuers\":[{" + Issuer + "\"grants\":[{\"match\":{},\"role\":\"admin\"}]}]}", "has 0 members")]
    [InlineData("{\"issuers\":[{" + Issuer + "\"grants\":[{\"role\":\"admin\"}]}]}", "match: is missing")]
    [InlineData("{\"issuers\":[{" + Issuer + "\"grants\":[{\"match\":{\"sub\":\"x\"},\"role\":\"root\"}]}]}", "role: is none")]
    [InlineData("{\"issuers\":[{" + Issuer + "\"grants\":[{\"match\":{\"sub\":\"x\"},\"role\":\"key-owner\"}]}]}", "paths: is missing")]
    [InlineData("{\"issuers\":[{" + Issuer + "\"grants\":[{\"match\":{\"sub\":\"x\"},\"role\":\"key-owner\",\"paths\":\"/a\"}]}]}", "empty segment")]
    [InlineData("{\"issuers\":[{" + Issuer + "\"grants\":[{\"match\":{\"sub\":\"x\"},\"role\":\"admin\",\"paths\":\"a/**\"}]}]}", "does not limit")]
    [InlineData("{\"certificates\":{\"ca\":\"ca.pem\",\"grants\":[{\"match\":{\"serial\":\"1\"},\"role\":\"admin\"}]}}", "no name in a certificate")]
    [InlineData("{\"certificates\":{\"ca\":\"ca.pem\",\"ca\":\"b.pem\"}}", "doubled")]
    public void What_is_wrong_is_told_with_its_place(string text, string says)
    {
        var problems = string.Join('\n', Assert.Throws<InvalidDocumentException>(() => AccessRulesReader.Read(Encoding.UTF8.GetBytes(text))).Problems);
        Assert.Contains(says.Split('|'), s => problems.Contains(s, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_shows_files_that_are_read()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "broker", "access.md"));
        var shown = page.Split("```json\n").Skip(1).Select(p => p[..p.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(shown);
        Assert.All(shown, s => AccessRulesReader.Read(Encoding.UTF8.GetBytes(s)));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Fuzzing.Run(
        "access files", [Encoding.UTF8.GetBytes("{\"certificates\":{\"ca\":\"ca.pem\",\"grants\":[{\"match\":{\"cn\":[\"a\"]},\"role\":\"wrap\",\"paths\":\"a/**\"}]},\"issuers\":[{" + Issuer + Grants + "}]}")],
        (input, _) =>
        {
            try
            {
                AccessRulesReader.Read(input);
            }
            catch (InvalidDocumentException)
            {
                // Refused.
            }
        }, rounds: 2000);
}
