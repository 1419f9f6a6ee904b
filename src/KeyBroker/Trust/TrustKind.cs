namespace Coffer.KeyBroker.Trust;

/// <summary>What endorsement keys are held to.</summary>
internal enum TrustKind
{
    /// <summary>A self-signed certificate that chains may end at.</summary>
    Root,

    /// <summary>A certificate on the way to a root.</summary>
    Intermediate,

    /// <summary>A certificate revocation list.</summary>
    Crl,

    /// <summary>The fingerprint of an endorsement key that needs no certificate.</summary>
    Ek,
}
