namespace Coffer.KeyBroker.Policies;

/// <summary>A policy as decisions name it.</summary>
/// <param name="Label"><c>NAME@VERSION</c>, or <c>NAME@candidate</c> for one that is not in the store.</param>
/// <param name="Policy">Which.</param>
internal sealed record LabelledPolicy(string Label, PolicyDocument Policy)
{
    /// <summary>One that is only tried.</summary>
    public static LabelledPolicy Candidate(PolicyDocument policy) => new($"{policy.Name}@candidate", policy);
}
