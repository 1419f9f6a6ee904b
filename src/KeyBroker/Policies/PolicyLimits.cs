namespace Coffer.KeyBroker.Policies;

/// <summary>The bounds of policies (docs/policies.md).</summary>
internal static class PolicyLimits
{
    public const int MostBytes = 64 * 1024;
    public const int MostPolicies = 1_000_000;
    public const int MostAtPlace = 1000; // whose globs begin with the same fixed segments
    public const int MostResources = 100;
    public const int MostDepth = 16;
    public const int MostConditions = 1000;
    public const int MostElements = 1000;
    public const int MostText = 1024;
    public const int MostClaim = 256;
    public const int MostClaimSegments = 16;
    public const int MostPattern = 256;
    public const int MostMatched = 4096; // characters of a claim that a regular expression looks at
    public const int MostName = 128;

    /// <summary>Whether a text may be the name of a policy or a reference set: it stands in keys, URLs and command lines.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MostName && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
