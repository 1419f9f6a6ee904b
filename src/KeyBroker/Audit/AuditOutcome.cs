namespace Coffer.KeyBroker.Audit;

/// <summary>What came of something.</summary>
internal enum AuditOutcome
{
    /// <summary>Done, or released.</summary>
    Allowed,

    /// <summary>Refused: by policy, state or lack of permission.</summary>
    Denied,

    /// <summary>Not possible: malformed, not genuine, absent.</summary>
    Failed,
}
