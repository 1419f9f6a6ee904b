using Coffer.Oci;

namespace Coffer.Attestation.Protocol;

/// <summary>Versions of the KBS attestation protocol that differ on the wire. Ours is <see cref="V040"/>; the others are for old guests.</summary>
public enum KbsVersion
{
    /// <summary>0.1.0, in the form of its last release: evidence as text, bound to the JSON form of nonce and key.</summary>
    V010,

    /// <summary>0.1.1: evidence as JSON.</summary>
    V011,

    /// <summary>0.2.0: the same, with EC keys.</summary>
    V020,

    /// <summary>0.4.0: runtime data apart, several pieces of evidence, canonical JSON.</summary>
    V040,
}

/// <summary>Names of <see cref="KbsVersion"/>.</summary>
public static class KbsVersions
{
    /// <summary>The version that this product's clients speak.</summary>
    public const KbsVersion Current = KbsVersion.V040;

    /// <summary>The version as it stands in messages.</summary>
    public static string TextOf(KbsVersion version) => version switch
    {
        KbsVersion.V010 => "0.1.0",
        KbsVersion.V011 => "0.1.1",
        KbsVersion.V020 => "0.2.0",
        _ => "0.4.0",
    };

    /// <summary>The version with that name, or null.</summary>
    public static KbsVersion? Find(string? text) => text switch
    {
        "0.1.0" => KbsVersion.V010,
        "0.1.1" => KbsVersion.V011,
        "0.2.0" => KbsVersion.V020,
        "0.4.0" => KbsVersion.V040,
        _ => null,
    };

    /// <summary>The version with that name.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>.</exception>
    public static KbsVersion Parse(string text) => Find(text)
        ?? throw new AttestationException(AttestationFault.Unsupported, $"version '{Printable.Of(text, 32)}' of the KBS protocol is not known", "known are 0.1.0, 0.1.1, 0.2.0 and 0.4.0");
}
