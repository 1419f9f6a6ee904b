using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>A key directory that cannot be used, with everything that is wrong with it.</summary>
/// <param name="path">Of the directory.</param>
/// <param name="problems">One line each, the file's path first.</param>
/// <param name="mostShown">How many of them are shown.</param>
public sealed class BrokenKeyDirectoryException(string path, IReadOnlyList<string> problems, int mostShown)
    : CofferException(Line(path, problems), ExitStatus.Failed, "key files belong to the key provider's user alone (directory 0700, files 0600); 'coffer keyprovider key generate' makes them so")
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Details => Problems.Count == 1 ? []
        : Problems.Count <= mostShown ? Problems
        : [.. Problems.Take(mostShown), $"and {Problems.Count - mostShown} more"];

    private static string Line(string path, IReadOnlyList<string> problems) => problems.Count == 1
        ? problems[0]
        : $"the key directory {Printable.Of(path)} has {problems.Count} problems";
}
