using Coffer.KeyBroker.Policies.Conditions;

namespace Coffer.KeyBroker.Policies;

/// <summary>What one policy says of one request.</summary>
/// <param name="Label"><c>NAME@VERSION</c>.</param>
/// <param name="Policy">Which.</param>
/// <param name="When">Its condition, looked at to the last leaf.</param>
/// <param name="SampleUnnamed">The evidence is sample evidence, and the policy does not name that.</param>
internal sealed record PolicyVerdict(string Label, PolicyDocument Policy, ConditionResult When, bool SampleUnnamed)
{
    private static readonly string[] TeePath = ["tee"];

    /// <summary>A denial that cannot be said not to hold.</summary>
    public bool Denies => Policy.Effect == PolicyEffect.Deny && When.Holds != false;

    public bool Allows => Policy.Effect == PolicyEffect.Allow && When.Holds == true && !SampleUnnamed;

    /// <summary>For a denial: nothing, or that its condition could not be said.</summary>
    public string WhyDenied => When.Holds == true ? "" : $", whose condition cannot be told: {WhyNot}";

    /// <summary>The first condition that does not hold, in one line.</summary>
    public string WhyNot => When.Holds == true && SampleUnnamed ? "sample evidence proves nothing, and the policy does not name it" : Text(FirstFailing(When));

    public static PolicyVerdict Of(string label, PolicyDocument policy, PolicyContext context)
    {
        var sample = context.Claim(TeePath) is { ValueKind: System.Text.Json.JsonValueKind.String } tee && tee.GetString() == "sample";
        return new PolicyVerdict(label, policy, policy.When.Evaluate(context), sample && !policy.NamesSample);
    }

    // What says "no" comes before what cannot be said; of a "not", what it turns around says more than its inside.
    private static ConditionResult FirstFailing(ConditionResult result)
    {
        if (result.Condition == "not") return result;
        var next = result.Of.FirstOrDefault(r => r.Holds == false) ?? result.Of.FirstOrDefault(r => r.Holds is null);
        return next is null ? result : FirstFailing(next);
    }

    private static string Text(ConditionResult result)
    {
        if (result.Condition == "not") return result.Of is [var inner] ? $"not {inner.Condition}: {(inner.Holds == true ? "it holds" : inner.Note ?? "it cannot be told")}" : "not";
        if (result.Note is not null) return $"{result.Condition}: {result.Note}";
        return result.Expected is null && result.Actual is null
            ? result.Condition
            : $"{result.Condition} {result.Expected?.ToJsonString() ?? "nothing"}: it is {result.Actual?.ToJsonString() ?? "absent"}";
    }
}
