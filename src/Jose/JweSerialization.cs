namespace Coffer.Jose;

/// <summary>The written forms of RFC 7516 sections 3.1 and 7.2.</summary>
public enum JweSerialization
{
    /// <summary>Five parts joined by dots, one recipient.</summary>
    Compact,

    /// <summary>JSON, one recipient, everything in the protected header: what most writers make.</summary>
    Flattened,

    /// <summary>JSON with a `recipients` array, one recipient or more.</summary>
    General,
}
