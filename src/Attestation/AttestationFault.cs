namespace Coffer.Attestation;

/// <summary>Kinds of failure, few enough for a program to act on each.</summary>
public enum AttestationFault
{
    /// <summary>Evidence, a message or a file is not of its form, or larger than allowed.</summary>
    Malformed,

    /// <summary>A signature, a certificate chain, a digest or the binding to nonce and key does not hold.</summary>
    Untrusted,

    /// <summary>Of a form, algorithm or version that is not known here.</summary>
    Unsupported,

    /// <summary>This machine's TPM or TEE cannot be used: absent, busy, or it answered with an error.</summary>
    Unavailable,

    /// <summary>The broker refused.</summary>
    Denied,

    /// <summary>The broker holds no such resource, as far as it tells us.</summary>
    NotFound,

    /// <summary>The broker cannot be reached, or does not answer in time.</summary>
    Unreachable,
}
