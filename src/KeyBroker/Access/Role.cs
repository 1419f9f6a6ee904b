namespace Coffer.KeyBroker.Access;

/// <summary>What a credential makes of its holder: a set of permissions (<see cref="RoleTable"/>).</summary>
internal enum Role
{
    /// <summary>Has layer keys wrapped, for builds; reads nothing.</summary>
    Wrap,

    /// <summary>Reads the audit and the status.</summary>
    Audit,

    /// <summary>Does everything.</summary>
    Admin,

    /// <summary>Keeps the keys below some paths, and the policies that are about nothing else.</summary>
    KeyOwner,

    /// <summary>Reads everything that is no secret, and changes nothing.</summary>
    Auditor,

    /// <summary>Lets machines in and puts them out.</summary>
    Enroller,
}
