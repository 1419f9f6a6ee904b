using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Reads what a claim is held to: exactly one of the tests stands beside it.</summary>
internal sealed class ClaimTestReader(DocumentProblems problems)
{
    private static readonly string[] Words = ["equals", "in", "contains", "exists", "matches", "at_least", "in_reference"];

    public ClaimTest? Read(DocumentObject members, ISet<string> references)
    {
        var words = Words.Where(members.Has).ToList();
        if (words.Count != 1)
        {
            foreach (var word in words) members.Any(word);
            members.Add("claim", words.Count == 0 ? $"is held to nothing: none of {string.Join(", ", Words)} stands beside it" : $"is held to several tests at once: {string.Join(", ", words)}");
            return null;
        }
        return words[0] switch
        {
            "equals" => Values(members, "equals", single: true) is [var value] ? new OneOfTest("equals", [value], Written(members, "equals")) : null,
            "in" => Values(members, "in") is { Count: > 0 } values ? new OneOfTest("in", values, Written(members, "in")) : null,
            "contains" => Values(members, "contains", orOne: true) is { Count: > 0 } values ? new ContainsTest(values, Written(members, "contains")) : null,
            "exists" => members.Flag("exists") is { } exists ? new ExistsTest(exists) : null,
            "matches" => Pattern(members),
            "at_least" => Version(members),
            _ => Reference(members, references),
        };
    }

    private List<Scalar> Values(DocumentObject members, string name, bool single = false, bool orOne = false)
    {
        var found = new List<Scalar>();
        IReadOnlyList<(JsonElement Value, string Path)> elements = single ? [(members.Any(name)!.Value, members.Path(name))] : members.List(name, PolicyLimits.MostElements, orOne: orOne);
        foreach (var (value, path) in elements)
        {
            if (Scalar.Of(value) is not { } scalar) problems.Add(path, "is neither a text nor a number nor true or false");
            else if (scalar.Text.Length > PolicyLimits.MostText) problems.Add(path, $"has {scalar.Text.Length} characters, more than the {PolicyLimits.MostText} allowed");
            else found.Add(scalar);
        }
        return found;
    }

    private static MatchesTest? Pattern(DocumentObject members)
    {
        if (members.Text("matches", PolicyLimits.MostPattern) is not { } pattern) return null;
        try
        {
            return new MatchesTest(MatchesTest.Compile(pattern), pattern);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            members.Add("matches", e is NotSupportedException ? "is a regular expression that needs looking back or ahead, or is too large" : "is no regular expression");
            return null;
        }
    }

    private static AtLeastTest? Version(DocumentObject members)
    {
        if (DottedVersion.Of(members.Any("at_least")!.Value) is { } least) return new AtLeastTest(least, Written(members, "at_least"));
        members.Add("at_least", "is no version: numbers with dots or dashes between them");
        return null;
    }

    private InReferenceTest? Reference(DocumentObject members, ISet<string> references)
    {
        if (DocumentObject.Of(members.Any("in_reference")!.Value, members.Path("in_reference"), problems) is not { } reference) return null;
        var set = reference.Text("set", PolicyLimits.MostName, required: true);
        var values = reference.Text("values", PolicyLimits.MostName, required: true);
        reference.End();
        if (set is not null) references.Add(set);
        return set is null || values is null ? null : new InReferenceTest(set, values);
    }

    private static JsonNode? Written(DocumentObject members, string name) => BoundedClaim.Of(members.Any(name)!.Value);
}
