using System.Text.Json.Nodes;
using Coffer.KeyBroker.Release;

namespace Coffer.KeyBroker.Trials;

/// <summary>What a policy is tried on.</summary>
/// <param name="Claims">As policies see them.</param>
/// <param name="Time">The moment that counts.</param>
internal sealed record TrialClaims(JsonObject Claims, DateTimeOffset Time)
{
    /// <summary>Why the broker would refuse the machine before it asks any policy; null where policies decide.</summary>
    public Admission? Refusal { get; init; }

    /// <summary>Which resource was asked for; null for evidence, which asks for none.</summary>
    public string? Resource { get; init; }

    /// <summary>What was decided then, for people's tools: <c>request_id, time, outcome, reason</c>; null for evidence.</summary>
    public JsonObject? Recorded { get; init; }
}
