namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Something that holds of claims, does not hold, or cannot be said. What cannot be said allows nothing, also behind a "not".</summary>
internal abstract class Condition
{
    /// <summary>Looks at everything, also where the outcome is clear already: the operator sees all of it.</summary>
    public abstract ConditionResult Evaluate(PolicyContext context);
}
