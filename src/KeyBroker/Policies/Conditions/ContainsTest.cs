using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

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
