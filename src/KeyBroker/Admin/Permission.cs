namespace Coffer.KeyBroker.Admin;

/// <summary>What a route of the administration API asks of its caller: one of these. Roles are sets of them (<see cref="Access.RoleTable"/>).</summary>
internal enum Permission
{
    /// <summary>Nothing: the route checks a proof of its own, as enrolment does.</summary>
    None,

    /// <summary>Any valid credential.</summary>
    Authenticated,

    /// <summary>Reading the broker's status.</summary>
    Status,

    /// <summary>Reading the audit.</summary>
    Audit,

    /// <summary>Reading the audit's entries about what the caller reaches.</summary>
    AuditOfPaths,

    /// <summary>Wrapping layer keys under keys whose path the caller reaches.</summary>
    Wrap,

    /// <summary>Listing resources that the caller reaches, never their values.</summary>
    ReadResources,

    /// <summary>Putting, rotating and deleting resources that the caller reaches.</summary>
    WriteResources,

    /// <summary>Reading policies that are about what the caller reaches, and trying them out.</summary>
    ReadPolicies,

    /// <summary>Putting and deleting policies that are about nothing but what the caller reaches.</summary>
    WritePolicies,

    /// <summary>Reading sets of reference values.</summary>
    ReadReferences,

    /// <summary>Reading hosts, join tokens without their secrets, approval rules and trust anchors.</summary>
    ReadHosts,

    /// <summary>Approving, labelling and revoking hosts; making join tokens and approval rules.</summary>
    Enrol,

    /// <summary>Reading the namespaces that the caller reaches.</summary>
    ReadNamespaces,

    /// <summary>Listing access tokens, without their secrets.</summary>
    ReadTokens,

    /// <summary>Everything.</summary>
    Admin,
}
