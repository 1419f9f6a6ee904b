using System.CommandLine;

namespace Coffer.Cli.CommandLine;

/// <summary>One verb of the command line, with the examples that its help ends with.</summary>
internal abstract class Verb : Command
{
    /// <param name="name">As it is typed.</param>
    /// <param name="description">One sentence, and what it does not do.</param>
    /// <param name="examples">Command lines.</param>
    protected Verb(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
    }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>False where a signal may end the process at any point, because nothing is left half done: listening for signals costs a thread.</summary>
    public bool HearsSignals { get; protected init; } = true;

    /// <summary>What a person should know beyond the description; null where that says it all.</summary>
    public string? Note { get; protected init; }
}
