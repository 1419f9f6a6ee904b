namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>All of several: holds where each does, and does not where one does not, also where another cannot be said.</summary>
internal sealed class AllCondition(IReadOnlyList<Condition> conditions, string word = "all") : Condition
{
    public override ConditionResult Evaluate(PolicyContext context)
    {
        var of = conditions.Select(c => c.Evaluate(context)).ToList();
        return new ConditionResult(word, of.Any(r => r.Holds == false) ? false : of.All(r => r.Holds == true) ? true : null) { Of = of };
    }
}
