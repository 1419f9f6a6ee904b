using System.Text.Json;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>A text, number or truth value, compared by type and value: the number 1 is not the text "1", and 1 is 1.0.</summary>
internal readonly record struct Scalar(JsonValueKind Kind, string Text, decimal Number)
{
    /// <summary>Null for lists, objects, null, and numbers that decimal does not hold.</summary>
    public static Scalar? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new Scalar(JsonValueKind.String, value.GetString()!, 0),
        JsonValueKind.True or JsonValueKind.False => new Scalar(value.ValueKind, "", 0),
        JsonValueKind.Number when value.TryGetDecimal(out var number) => new Scalar(JsonValueKind.Number, "", number),
        _ => null,
    };
}
