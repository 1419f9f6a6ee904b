namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Any of several: holds where one does, and does not where none does.</summary>
internal sealed class AnyCondition(IReadOnlyList<Condition> conditions) : Condition
{
    public override ConditionResult Evaluate(PolicyContext context)
    {
        var of = conditions.Select(c => c.Evaluate(context)).ToList();
        return new ConditionResult("any", of.Any(r => r.Holds == true) ? true : of.All(r => r.Holds == false) ? false : null) { Of = of };
    }
}
