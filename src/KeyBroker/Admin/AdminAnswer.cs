using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Admin;

/// <summary>What a route answers.</summary>
/// <param name="Body">JSON; null for none (204).</param>
internal sealed record AdminAnswer(JsonNode? Body)
{
    /// <summary>Done, and nothing to say.</summary>
    public static AdminAnswer Done { get; } = new((JsonNode?)null);

    /// <summary>The HTTP status: 200 with a body, 204 without, unless the route says another of the 2xx.</summary>
    public int Status { get; init; } = Body is null ? 204 : 200;

    /// <summary>Something new is there: 201.</summary>
    public static AdminAnswer Created(JsonNode body) => new(body) { Status = 201 };
}
