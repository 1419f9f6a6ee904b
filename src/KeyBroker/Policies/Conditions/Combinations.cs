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

/// <summary>Any of several: holds where one does, and does not where none does.</summary>
internal sealed class AnyCondition(IReadOnlyList<Condition> conditions) : Condition
{
    public override ConditionResult Evaluate(PolicyContext context)
    {
        var of = conditions.Select(c => c.Evaluate(context)).ToList();
        return new ConditionResult("any", of.Any(r => r.Holds == true) ? true : of.All(r => r.Holds == false) ? false : null) { Of = of };
    }
}

/// <summary>Not another: what cannot be said stays so.</summary>
internal sealed class NotCondition(Condition condition) : Condition
{
    public override ConditionResult Evaluate(PolicyContext context)
    {
        var of = condition.Evaluate(context);
        return new ConditionResult("not", !of.Holds) { Of = [of] };
    }
}
