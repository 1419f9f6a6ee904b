namespace Coffer.KeyProvider;

/// <summary>Kinds of failure, few enough to count each (the label <c>reason</c> of the metrics).</summary>
public enum FailureReason
{
    /// <summary>The request is malformed: not JSON, unknown parameters, a packet of no known family.</summary>
    BadRequest,

    /// <summary>No source holds the key.</summary>
    UnknownKey,

    /// <summary>The packet does not open under its key: altered, or made under another key of that name.</summary>
    Integrity,

    /// <summary>Policy or configuration forbids it.</summary>
    Denied,

    /// <summary>The key source does not answer.</summary>
    Unavailable,

    /// <summary>The call took longer than allowed.</summary>
    Timeout,

    /// <summary>Too many calls at once.</summary>
    Busy,

    /// <summary>The caller went away.</summary>
    Cancelled,

    /// <summary>A fault of ours.</summary>
    Internal,
}
