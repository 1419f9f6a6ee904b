namespace Coffer.Oci;

/// <summary>
/// An error that is shown to a person as one line, with a hint and a documented exit status.
/// Its message never carries key bytes, passwords or the MAC that would have been right.
/// </summary>
public class CofferException : Exception
{
    /// <summary>What is wrong and where, in lower case without a closing dot.</summary>
    /// <param name="message">One line.</param>
    /// <param name="exitStatus">The status a command ends with.</param>
    /// <param name="hint">What to do about it, or null where nothing better can be said.</param>
    /// <param name="inner">The cause, for programs; people see only <paramref name="message"/>.</param>
    public CofferException(string message, ExitStatus exitStatus = ExitStatus.Failed, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        ExitStatus = exitStatus;
        Hint = hint;
    }

    /// <summary>What the command's process ends with.</summary>
    public ExitStatus ExitStatus { get; }

    /// <summary>What to do about it; null where nothing better can be said.</summary>
    public string? Hint { get; }

    /// <summary>True where the same thing may go well if it is done again from the start, such as an upload that a reset cut short.</summary>
    public virtual bool IsTransient => false;

    /// <summary>Further lines, such as each key with the reason why it did not fit; empty for most errors.</summary>
    public virtual IReadOnlyList<string> Details => [];
}
