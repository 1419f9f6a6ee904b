using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coffer.KeyBroker.Policies;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Policies;

/// <summary>What docs/policies.md shows is read as it stands there.</summary>
public sealed partial class PolicyPageTests
{
    private static string Page => File.ReadAllText(RepositoryRoot.Combine("docs", "policies.md"));

    [Fact]
    public void Every_condition_on_the_page_is_one()
    {
        var conditions = Block().Matches(Page).SelectMany(b => Values(b.Groups[1].Value)).Concat(Inline().Matches(Page).Select(m => m.Groups[1].Value)).ToList();
        var read = conditions.Where(c => !c.Contains("\"name\"", StringComparison.Ordinal)).ToList();

        Assert.InRange(read.Count, 15, 100);
        Assert.All(read, c => PolicyReader.Read(Encoding.UTF8.GetBytes($$"""{"name":"a","resources":["**"],"effect":"deny","when":{{c}}}""")));
    }

    [Fact]
    public void The_policy_on_the_page_is_one()
    {
        var policy = Block().Matches(Page).SelectMany(b => Values(b.Groups[1].Value)).First(v => v.Contains("\"effect\"", StringComparison.Ordinal));

        Assert.Equal("tpm-node", PolicyReader.Read(Encoding.UTF8.GetBytes(policy)).Name);
    }

    [Fact]
    public void Every_example_has_its_row() => Assert.All(PolicyExamples.Names, n => Assert.Contains($"| `{n}` |", Page, StringComparison.Ordinal));

    private static List<string> Values(string block)
    {
        var bytes = Encoding.UTF8.GetBytes(block);
        var values = new List<string>();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            values.Add(Encoding.UTF8.GetString(bytes.AsSpan(from..(int)reader.BytesConsumed)));
        }
        return values;
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`(\\{\"[^`]*\\})`")]
    private static partial Regex Inline();
}
