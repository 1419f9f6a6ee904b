using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>What became of one condition.</summary>
/// <param name="Condition">Which, in words: <c>all</c>, <c>claim tpm.boot.secure_boot equals</c>.</param>
/// <param name="Holds">Null where it cannot be said: a claim is absent, a reference set is not there or has expired.</param>
internal sealed record ConditionResult(string Condition, bool? Holds)
{
    public JsonNode? Expected { get; init; }

    public JsonNode? Actual { get; init; }

    /// <summary>Why, where expected and actual do not say it.</summary>
    public string? Note { get; init; }

    /// <summary>Of what it consists.</summary>
    public IReadOnlyList<ConditionResult> Of { get; init; } = [];
}
