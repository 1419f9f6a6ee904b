using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>What a claim is held to.</summary>
/// <param name="word">The member that names it, such as <c>at_least</c>.</param>
/// <param name="expected">For the explanation.</param>
internal abstract class ClaimTest(string word, JsonNode? expected)
{
    public string Word { get; } = word;

    public JsonNode? Expected => expected?.DeepClone();

    /// <summary>Null where it cannot be said, which <paramref name="note"/> explains.</summary>
    /// <param name="claim">Null where it is absent.</param>
    /// <param name="context">For the reference sets.</param>
    /// <param name="note">Why; may be null.</param>
    public abstract bool? Holds(JsonElement? claim, PolicyContext context, out string? note);
}
