using System.Text.Json;
using Coffer.KeyBroker.References;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>What conditions look at.</summary>
/// <param name="Claims">An object.</param>
/// <param name="Now">The broker's time.</param>
/// <param name="References">The reference sets that are named anywhere and exist.</param>
internal sealed record PolicyContext(JsonElement Claims, DateTimeOffset Now, IReadOnlyDictionary<string, ReferenceSet> References)
{
    /// <summary>The claim at a path of member names; null where there is none, or it is null.</summary>
    public JsonElement? Claim(IReadOnlyList<string> path)
    {
        var at = Claims;
        foreach (var name in path)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at)) return null;
        }
        return at.ValueKind == JsonValueKind.Null ? null : at;
    }

    /// <summary>A reference set that is there and has not expired; else null with the reason.</summary>
    public ReferenceSet? Reference(string name, out string? why)
    {
        why = !References.TryGetValue(name, out var set) ? $"there is no reference set '{name}'"
            : set.Expires <= Now ? $"the reference set '{name}' expired at {set.Expires:yyyy-MM-dd'T'HH:mm:ss'Z'}"
            : null;
        return why is null ? set : null;
    }
}
