using Coffer.Oci;

namespace Coffer.KeyProvider.Configuration;

/// <summary>
/// The configuration cannot be used: everything that is wrong with it, in one error. Its status is <see cref="ExitStatus.Usage"/>,
/// so that a service manager can tell a start that will never go well from one worth repeating.
/// </summary>
/// <param name="what">The file or the flags, for the first line.</param>
/// <param name="problems">One line each; at least one.</param>
public sealed class ConfigException(string what, IReadOnlyList<string> problems) : CofferException(
    $"{what} cannot be used: {(problems.Count == 1 ? "1 problem" : $"{problems.Count} problems")}",
    ExitStatus.Usage,
    "docs/keyprovider.md has the schema; coffer keyprovider serve --check reads a configuration without serving")
{
    private const int MostShown = 50;

    /// <summary>Each problem with the file and the member, or the flag, that it is about.</summary>
    public override IReadOnlyList<string> Details { get; } =
        problems.Count <= MostShown ? problems : [.. problems.Take(MostShown), $"and {problems.Count - MostShown} more"];
}
