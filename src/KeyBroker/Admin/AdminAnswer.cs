using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Admin;

/// <summary>What a route answers.</summary>
/// <param name="Body">JSON; null for none (204).</param>
public sealed record AdminAnswer(JsonNode? Body)
{
    /// <summary>Done, and nothing to say.</summary>
    public static AdminAnswer Done { get; } = new((JsonNode?)null);
}
