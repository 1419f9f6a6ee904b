namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Holds always: a denial without a condition.</summary>
internal sealed class AlwaysCondition : Condition
{
    public static readonly AlwaysCondition Instance = new();

    private AlwaysCondition()
    {
    }

    public override ConditionResult Evaluate(PolicyContext context) => new("always", true);
}
