using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>What a key must be for its signatures to speak for a TPM (TPM 2.0 Library Part 1, section 34; Part 2, section 8.3.3).</summary>
public static class AttestationKeyRules
{
    /// <summary>The attributes of Coffer's and CoCo's attestation keys.</summary>
    internal const TpmObjectAttributes UsualAttributes = Required | TpmObjectAttributes.UserWithAuth;

    private const TpmObjectAttributes Required = TpmObjectAttributes.Restricted | TpmObjectAttributes.Sign | TpmObjectAttributes.FixedTpm
        | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin;

    private const TpmObjectAttributes Forbidden = TpmObjectAttributes.Decrypt | TpmObjectAttributes.EncryptedDuplication | TpmObjectAttributes.X509Sign;
    private const int LeastRsaBits = 2048;

    /// <summary>Checks a public area: restricted, signing, made by its TPM and never to leave it; RSA of 2048 bits or more, or P-256 or
    /// larger; with a fixed scheme over SHA-256 or stronger. Enrolment makes its credential for the name of exactly this area.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Untrusted"/>.</exception>
    public static void Check(TpmPublic key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if ((key.Attributes & Required) != Required) throw Wrong($"lacks {Names(Required & ~key.Attributes)}");
        if ((key.Attributes & Forbidden) != 0) throw Wrong($"has {Names(Forbidden & key.Attributes)} set");
        if (!HashStrength.IsEnough(key.NameAlgorithm)) throw Wrong("is named by a hash weaker than SHA-256");
        if (key.Key is TpmRsaKey { Bits: < LeastRsaBits } rsa) throw Wrong($"is an RSA key of {rsa.Bits} bits; {LeastRsaBits} are the least");
        if (key.Scheme.Algorithm is not (TpmAlgorithm.RsaSsa or TpmAlgorithm.RsaPss or TpmAlgorithm.EcDsa) || (key.Scheme.Algorithm == TpmAlgorithm.EcDsa) != (key.Key is TpmEccKey))
            throw Wrong("has no signing scheme of its kind");
        if (!HashStrength.IsEnough(key.Scheme.Hash)) throw Wrong("signs over a hash weaker than SHA-256");
        if (key.Symmetric.Algorithm != TpmAlgorithm.Null) throw Wrong("has a symmetric algorithm, which only storage keys have");
    }

    private static string Names(TpmObjectAttributes attributes) => attributes.ToString();

    private static AttestationException Wrong(string what) => new(AttestationFault.Untrusted, $"the attestation key {what}");
}
