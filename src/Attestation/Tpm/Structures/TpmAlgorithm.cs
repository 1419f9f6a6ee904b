namespace Coffer.Attestation.Tpm.Structures;

/// <summary>TPM_ALG_ID (TPM 2.0 Library Part 2, section 6.3; values of the TCG Algorithm Registry): those that appear here.</summary>
internal enum TpmAlgorithm : ushort
{
    /// <summary>No value.</summary>
    None = 0x0000,

    /// <summary>RSA.</summary>
    Rsa = 0x0001,

    /// <summary>SHA-1.</summary>
    Sha1 = 0x0004,

    /// <summary>HMAC.</summary>
    Hmac = 0x0005,

    /// <summary>AES.</summary>
    Aes = 0x0006,

    /// <summary>Keyed hash objects.</summary>
    KeyedHash = 0x0008,

    /// <summary>SHA-256.</summary>
    Sha256 = 0x000B,

    /// <summary>SHA-384.</summary>
    Sha384 = 0x000C,

    /// <summary>SHA-512.</summary>
    Sha512 = 0x000D,

    /// <summary>Nothing: no scheme, no symmetric algorithm.</summary>
    Null = 0x0010,

    /// <summary>SM3-256.</summary>
    Sm3 = 0x0012,

    /// <summary>RSASSA-PKCS1-v1_5.</summary>
    RsaSsa = 0x0014,

    /// <summary>RSAES-PKCS1-v1_5.</summary>
    RsaEs = 0x0015,

    /// <summary>RSASSA-PSS.</summary>
    RsaPss = 0x0016,

    /// <summary>RSAES-OAEP.</summary>
    Oaep = 0x0017,

    /// <summary>ECDSA.</summary>
    EcDsa = 0x0018,

    /// <summary>ECDH.</summary>
    Ecdh = 0x0019,

    /// <summary>Elliptic curves.</summary>
    Ecc = 0x0023,

    /// <summary>Symmetric cipher objects.</summary>
    SymmetricCipher = 0x0025,

    /// <summary>Cipher feedback.</summary>
    Cfb = 0x0043,
}
