namespace Coffer.KeyBroker.Documents;

/// <summary>A document that an operator sent is not of its form: every problem, each with the JSON path where it is.</summary>
/// <param name="what">Such as <c>the policy</c>.</param>
/// <param name="problems">At least one; one line each.</param>
public sealed class InvalidDocumentException(string what, IReadOnlyList<string> problems)
    : BrokerException(BrokerFault.BadRequest, problems.Count == 1 ? $"{what} is wrong: {problems[0]}" : $"{what} has {problems.Count} problems, the first: {problems[0]}")
{
    /// <summary>All problems, such as <c>when.all[2].claim: is missing</c>.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Details => Problems;
}
