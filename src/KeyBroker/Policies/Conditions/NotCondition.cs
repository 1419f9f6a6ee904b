namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Not another: what cannot be said stays so.</summary>
internal sealed class NotCondition(Condition condition) : Condition
{
    public override ConditionResult Evaluate(PolicyContext context)
    {
        var of = condition.Evaluate(context);
        return new ConditionResult("not", !of.Holds) { Of = [of] };
    }
}
