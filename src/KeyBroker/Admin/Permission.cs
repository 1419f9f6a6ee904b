namespace Coffer.KeyBroker.Admin;

/// <summary>What a route of the administration API asks of its caller.</summary>
internal enum Permission
{
    /// <summary>Nothing: the route checks a proof of its own, as enrolment does.</summary>
    None,

    /// <summary>Any valid credential.</summary>
    Authenticated,

    /// <summary>Reading the audit and the broker's status.</summary>
    Audit,

    /// <summary>Wrapping layer keys under keys whose path the credential allows.</summary>
    Wrap,

    /// <summary>Everything.</summary>
    Admin,
}
