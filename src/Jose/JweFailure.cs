namespace Coffer.Jose;

/// <summary>Why one key did not open one recipient.</summary>
public enum JweFailure
{
    /// <summary>It opened.</summary>
    None,

    /// <summary>The recipient uses an algorithm that is unknown or refused, so no key can open it here.</summary>
    Unsupported,

    /// <summary>The key is of another type, size or curve than the recipient's, or says it is for another algorithm.</summary>
    WrongKind,

    /// <summary>The private half is needed and not there.</summary>
    PublicOnly,

    /// <summary>The key fits in kind but does not open it: another key, or an altered envelope. Which of the two is not told.</summary>
    NotOpened,

    /// <summary>The key is right, proven by the integrity of its key wrap, but the content was altered.</summary>
    ContentAltered,
}
