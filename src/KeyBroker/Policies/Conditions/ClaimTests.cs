using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary><c>equals</c> and <c>in</c>: the claim is one of these values.</summary>
internal sealed class OneOfTest(string word, IReadOnlyCollection<Scalar> values, JsonNode? expected) : ClaimTest(word, expected)
{
    private readonly HashSet<Scalar> _values = [.. values];

    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        if (claim is not { } value) return null;
        return Scalar.Of(value) is { } scalar && _values.Contains(scalar);
    }
}

/// <summary><c>contains</c>: the claim is a list that has each of these values.</summary>
internal sealed class ContainsTest(IReadOnlyList<Scalar> values, JsonNode? expected) : ClaimTest("contains", expected)
{
    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        if (claim is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array)
        {
            note = "the claim is not a list";
            return null;
        }
        var there = value.EnumerateArray().Select(Scalar.Of).ToHashSet();
        return values.All(v => there.Contains(v));
    }
}

/// <summary><c>exists</c>: the claim is there, or is not.</summary>
internal sealed class ExistsTest(bool exists) : ClaimTest("exists", JsonValue.Create(exists))
{
    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        return claim.HasValue == exists;
    }
}

/// <summary><c>matches</c>: the whole claim, a text, is matched, in time linear to its length.</summary>
internal sealed class MatchesTest(Regex pattern, string written) : ClaimTest("matches", JsonValue.Create(written))
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ArgumentException">No regular expression.</exception>
    /// <exception cref="NotSupportedException">One that needs backtracking, or would become too large.</exception>
    public static Regex Compile(string pattern)
    {
        _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking); // by itself: "a)|(b" must not gain sense from what surrounds it
        return new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Longest);
    }

    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        if (claim is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            note = "the claim is not a text";
            return null;
        }
        var text = value.GetString()!;
        if (text.Length > PolicyLimits.MostMatched)
        {
            note = $"the claim has more than {PolicyLimits.MostMatched} characters";
            return null;
        }
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            note = "matching took too long";
            return null;
        }
    }
}

/// <summary><c>at_least</c>: the claim is a version, and not an older one.</summary>
internal sealed class AtLeastTest(IReadOnlyList<long> least, JsonNode? expected) : ClaimTest("at_least", expected)
{
    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        if (claim is not { } value) return null;
        if (DottedVersion.Of(value) is { } version) return DottedVersion.IsAtLeast(version, least);
        note = "the claim is not a version of numbers";
        return null;
    }
}

/// <summary><c>in_reference</c>: the claim, or each element of it where it is a list, is in a list of a reference set.</summary>
internal sealed class InReferenceTest(string set, string values) : ClaimTest("in_reference", JsonValue.Create($"{set}: {values}"))
{
    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        if (claim is not { } value) return null;
        if (context.Reference(set, out note) is not { } reference) return null;
        if (reference.Texts(values) is not { } known)
        {
            note = $"the reference set '{set}' has no list '{values}'";
            return null;
        }
        if (value.ValueKind != JsonValueKind.Array) return value.ValueKind == JsonValueKind.String && known.Contains(value.GetString()!);
        if (value.GetArrayLength() == 0)
        {
            note = "the claim is an empty list";
            return null;
        }
        return value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String && known.Contains(v.GetString()!));
    }
}
