namespace Coffer.ImageCrypt.KeyWrap.Processes;

/// <summary>How a program ended.</summary>
internal enum ProgramEnd
{
    /// <summary>By itself, with an exit status.</summary>
    Exited,

    /// <summary>It ran longer than it may; its process tree was killed.</summary>
    TimedOut,

    /// <summary>It wrote more than it may; its process tree was killed.</summary>
    TooMuchOutput,
}

/// <summary>What a program left behind.</summary>
/// <param name="End">How it ended.</param>
/// <param name="ExitCode">Its exit status; -1 if it was killed.</param>
/// <param name="Output">Standard output, all of it; the caller zeroes it where it is secret.</param>
/// <param name="Complaint">The beginning of standard error, made printable on one line.</param>
internal sealed record ProgramOutcome(ProgramEnd End, int ExitCode, byte[] Output, string Complaint);
