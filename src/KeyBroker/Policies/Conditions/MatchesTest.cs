using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Coffer.KeyBroker.Policies.Conditions;

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
