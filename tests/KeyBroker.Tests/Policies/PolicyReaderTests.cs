using System.Text;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Policies;

public sealed class PolicyReaderTests
{
    [Fact]
    public void Every_problem_is_named_with_its_place()
    {
        var problems = Problems("""
            {
              "name": "bad name", "versoin": 3, "resources": ["a/b", "ok/**", 7], "effect": "maybe",
              "when": {"all": [
                {"claim": "a..b", "equals": [1]},
                {"claim": "x", "matches": "(?=a)b"},
                {"claim": "x", "matches": "("},
                {"claim": "x"},
                {"claim": "x", "in": [1], "exists": true},
                {"claim": "x", "at_least": "one"},
                {"claim": "x", "in": []},
                {"any": [{"not": {"tee": "tpm", "all": []}}]},
                {"host": {"state": "happy", "labels": {"zone": 1}}},
                {"host": {}},
                {"time": {"from": "yesterday", "hours": "8-18", "days": ["monday"]}},
                {"time": {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}},
                {"pcrs": {"bank": "md5", "registers": [24, 1.5], "equal": "reference"}},
                {"pcrs": {"bank": "sha256", "registers": [1, 1], "equal": "baseline", "reference": "r"}},
                {"what": 1}, 3
              ]}
            }
            """);

        string[] expected =
        [
            "name: is no name: letters, digits, '-', '_' and '.', the first a letter or digit",
            "resources[0]: has fewer than 3 segments, and a resource path has 3: end it with '/**'",
            "resources[2]: is not a text",
            "effect: is neither 'allow' nor 'deny'",
            "when.all[0].equals: is neither a text nor a number nor true or false",
            "when.all[0].claim: is no path of 1 to 16 names with dots between them",
            "when.all[1].matches: is a regular expression that needs looking back or ahead, or is too large",
            "when.all[2].matches: is no regular expression",
            "when.all[3].claim: is held to nothing: none of equals, in, contains, exists, matches, at_least, in_reference stands beside it",
            "when.all[4].claim: is held to several tests at once: in, exists",
            "when.all[5].at_least: is no version: numbers with dots or dashes between them",
            "when.all[6].in: is an empty list",
            "when.all[7].any[0].not: is several conditions in one: all, tee",
            "when.all[8].host.state: is none of pending, approved, revoked",
            "when.all[8].host.labels.zone: is not a text",
            "when.all[9].host: has neither 'state' nor 'labels'",
            "when.all[10].time.days[0]: is none of sun, mon, tue, wed, thu, fri, sat",
            "when.all[10].time.from: is not a moment such as 2026-01-31T12:00:00Z",
            "when.all[10].time.hours: is not two different times such as 08:00-18:00",
            "when.all[11].time.until: is not later than 'from'",
            "when.all[12].pcrs.bank: is none of sha1, sha256, sha384, sha512",
            "when.all[12].pcrs.registers[0]: is no register: a whole number from 0 to 23",
            "when.all[12].pcrs.registers[1]: is no register: a whole number from 0 to 23",
            "when.all[12].pcrs.equal: is not 'baseline'",
            "when.all[13].pcrs.registers: has a register twice",
            "when.all[13].pcrs: has one of 'equal' and 'reference'",
            "when.all[14]: is no condition: it has none of all, any, not, claim, tee, host, time, pcrs",
            "when.all[15]: is not an object",
            "versoin: is no member that is known here",
        ];
        Assert.Equal(expected, problems);
    }

    [Theory]
    [InlineData("", "is not well-formed JSON")]
    [InlineData("[]", "is not an object")]
    [InlineData("{}", "name: is missing")]
    [InlineData("""{"name":"a","name":"b"}""", "doubled member")]
    [InlineData("""{"name":"\ud800"}""", "not valid Unicode")]
    [InlineData("""{"name":"a","resources":["**"],"effect":"allow"}""", "when: is missing")]
    [InlineData("""{"name":"a","resources":[],"effect":"deny"}""", "resources: is an empty list")]
    [InlineData("""{"name":"a","resources":["**"],"effect":"deny","version":0}""", "version: is not a whole number")]
    [InlineData("""{"name":"a","resources":["**"],"effect":"deny"} x""", "is not well-formed JSON")]
    [InlineData("""{"name":"a","resources":["**"],"effect":"deny","when":{"claim":"a.b","equals":null}}""", "when.equals: is neither")]
    [InlineData("""{"name":"a","resources":["**"],"effect":"deny","when":{"claim":"a.b","equals":1e99}}""", "when.equals: is neither")]
    public void A_document_of_another_form_is_refused(string document, string because) =>
        Assert.Contains(Problems(document), p => p.Contains(because, StringComparison.Ordinal));

    [Fact]
    public void Depth_number_and_size_are_bounded()
    {
        Assert.NotNull(PolicyReader.Read(Deny(Nested(15))));
        Assert.Contains("nested deeper than the 16", Assert.Single(Problems(Deny(Nested(16)))), StringComparison.Ordinal);
        Assert.Contains("nests deeper than 64", Assert.Single(Problems(Deny(Nested(70)))), StringComparison.Ordinal);
        Assert.NotNull(PolicyReader.Read(Deny(Wide(999))));
        Assert.Contains("one condition more than the 1000", Assert.Single(Problems(Deny(Wide(1000)))), StringComparison.Ordinal);
        Assert.Contains("more than the 65536", Assert.Single(Problems(Encoding.UTF8.GetBytes(new string(' ', 65_537)))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a{1000}){1000}")]
    [InlineData("((((((a{50}){50}){50}){50}){50}){50})")]
    [InlineData("(x+x+)+y")]
    [InlineData("(?x)a#")]
    public void A_regular_expression_that_would_cost_too_much_is_refused_or_harmless(string pattern)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        try
        {
            var policy = PolicyReader.Read(Deny($$"""{"claim":"x","matches":"{{pattern}}"}"""));
            _ = policy.When.Evaluate(new(System.Text.Json.JsonDocument.Parse($$"""{"x":"{{new string('x', 4000)}}"}""").RootElement, default, new Dictionary<string, KeyBroker.References.ReferenceSet>()));
        }
        catch (InvalidDocumentException)
        {
            // as documented
        }
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(10), began.Elapsed.ToString());
    }

    [Fact]
    public void Policies_from_outside_are_read_or_refused_with_their_problems() => Fuzzing.Run(
        "policy", [.. PolicyExamples.Names.Select(n => Encoding.UTF8.GetBytes(PolicyExamples.Read(n))), Deny(Nested(14)), Deny("""{"any":[{"claim":"a","matches":"a+(b|c)*"},{"claim":"b","at_least":"1.2"}]}""")],
        (input, _) =>
        {
            try
            {
                PolicyReader.Read(input);
            }
            catch (InvalidDocumentException e)
            {
                Assert.InRange(e.Problems.Count, 1, 101);
                Assert.All(e.Problems, p => Assert.DoesNotContain('\n', p));
            }
        });

    private static byte[] Deny(string when) => Encoding.UTF8.GetBytes($$"""{"name":"a","resources":["**"],"effect":"deny","when":{{when}}}""");

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("""{"all":[""", depth)) + """{"tee":"tpm"}""" + string.Concat(Enumerable.Repeat("]}", depth));

    private static string Wide(int count) => $$"""{"all":[{{string.Join(',', Enumerable.Repeat("""{"tee":"tpm"}""", count))}}]}""";

    private static IReadOnlyList<string> Problems(string document) => Problems(Encoding.UTF8.GetBytes(document));

    private static IReadOnlyList<string> Problems(byte[] document) => Assert.Throws<InvalidDocumentException>(() => PolicyReader.Read(document)).Problems;
}
