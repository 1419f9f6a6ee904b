namespace Coffer.Jose;

/// <summary>The written forms of RFC 7515 sections 3.1 and 7.2.</summary>
public enum JwsSerialization
{
    /// <summary>Three parts joined by dots, one signature.</summary>
    Compact,

    /// <summary>JSON, one signature.</summary>
    Flattened,

    /// <summary>JSON with a `signatures` array, one signature or more.</summary>
    General,
}
