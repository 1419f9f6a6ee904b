namespace Coffer.KeyBroker.Access.Rules;

/// <summary>Gives a role to those of whom something is known: every member of <paramref name="Match"/> must have one of its values.</summary>
/// <param name="Match">Names of what is known (claims, or names in a certificate), with the values that count; compared character by character.</param>
/// <param name="Grant">What they get.</param>
internal sealed record GrantRule(IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Match, Grant Grant)
{
    /// <summary>Whether it is about somebody.</summary>
    /// <param name="known">The values that are known under a name; none where nothing is.</param>
    public bool IsAbout(Func<string, IReadOnlyCollection<string>> known) => Match.All(m => known(m.Name).Any(m.Values.Contains));
}
