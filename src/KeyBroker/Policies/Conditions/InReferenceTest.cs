using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

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
