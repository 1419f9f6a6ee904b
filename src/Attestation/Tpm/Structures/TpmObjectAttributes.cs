namespace Coffer.Attestation.Tpm.Structures;

/// <summary>TPMA_OBJECT (TPM 2.0 Library Part 2, section 8.3.2). Bits without a name are kept as they came.</summary>
[Flags]
public enum TpmObjectAttributes : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The hierarchy of the object does not change; it cannot be moved to another TPM.</summary>
    FixedTpm = 1 << 1,

    /// <summary>A saved context of it dies at every TPM reset and restart.</summary>
    StClear = 1 << 2,

    /// <summary>Its parent does not change.</summary>
    FixedParent = 1 << 4,

    /// <summary>The TPM made all of its sensitive data.</summary>
    SensitiveDataOrigin = 1 << 5,

    /// <summary>The user role may be taken with the authorization value.</summary>
    UserWithAuth = 1 << 6,

    /// <summary>The admin role needs the policy.</summary>
    AdminWithPolicy = 1 << 7,

    /// <summary>Not subject to the protection against dictionary attacks.</summary>
    NoDa = 1 << 10,

    /// <summary>A duplicate must be encrypted and have a new parent.</summary>
    EncryptedDuplication = 1 << 11,

    /// <summary>Works only on structures that the TPM knows: such a key signs nothing that pretends to come from the TPM.</summary>
    Restricted = 1 << 16,

    /// <summary>Decrypts.</summary>
    Decrypt = 1 << 17,

    /// <summary>Signs, or encrypts where it is symmetric.</summary>
    Sign = 1 << 18,

    /// <summary>Signs X.509 certificates only.</summary>
    X509Sign = 1 << 19,
}
