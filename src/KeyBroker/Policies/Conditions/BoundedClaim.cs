using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>A claim for the explanation, which must not grow with what a guest sends.</summary>
internal static class BoundedClaim
{
    private const int MostText = 256;
    private const int MostElements = 32;

    public static JsonNode? Of(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.String => JsonValue.Create(Printable.Of(claim.GetString(), MostText)),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        JsonValueKind.Number => claim.GetRawText() is { Length: <= 64 } number ? JsonNode.Parse(number) : JsonValue.Create("a long number"),
        JsonValueKind.Array => List(claim),
        JsonValueKind.Object => JsonValue.Create($"an object of {claim.EnumerateObject().Count()} members"),
        _ => null,
    };

    private static JsonArray List(JsonElement claim)
    {
        var list = new JsonArray();
        foreach (var element in claim.EnumerateArray())
        {
            if (list.Count == MostElements)
            {
                list.Add((JsonNode?)JsonValue.Create($"and {claim.GetArrayLength() - MostElements} more"));
                break;
            }
            list.Add(element.ValueKind == JsonValueKind.Array ? JsonValue.Create("a list") : Of(element));
        }
        return list;
    }
}
