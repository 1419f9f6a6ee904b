namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Holds one claim to a test.</summary>
/// <param name="path">Member names from the root of the claims.</param>
/// <param name="test">To what.</param>
internal sealed class ClaimCondition(IReadOnlyList<string> path, ClaimTest test) : Condition
{
    private readonly string _title = $"claim {string.Join('.', path)} {test.Word}";

    public override ConditionResult Evaluate(PolicyContext context)
    {
        var claim = context.Claim(path);
        var holds = test.Holds(claim, context, out var note);
        return new ConditionResult(_title, holds)
        {
            Expected = test.Expected,
            Actual = claim is { } value ? BoundedClaim.Of(value) : null,
            Note = note ?? (claim is null ? "there is no such claim" : null),
        };
    }
}
