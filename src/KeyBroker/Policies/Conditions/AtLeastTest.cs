using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

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
