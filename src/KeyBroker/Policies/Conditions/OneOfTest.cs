using System.Text.Json;
using System.Text.Json.Nodes;

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
