namespace Coffer.Oci;

/// <summary>The meanings of a command's exit status (docs/exit-status.md).</summary>
public enum ExitStatus
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Failed for a reason that none of the others names.</summary>
    Failed = 1,

    /// <summary>Wrong usage: nothing was read or written.</summary>
    Usage = 2,

    /// <summary>None of the keys given opens the layer.</summary>
    NoUsableKey = 3,

    /// <summary>A MAC, digest or signature does not hold.</summary>
    Integrity = 4,

    /// <summary>A policy denied it.</summary>
    Denied = 5,

    /// <summary>A registry, provider or broker cannot be reached.</summary>
    Unreachable = 6,
}
