using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Keys.Der;

/// <summary>The object identifiers of password-based protection (RFC 8018 appendix C, RFC 7292 appendix C).</summary>
internal static class PasswordAlgorithms
{
    /// <summary>The cipher with its key size set; null, and its name, if it is not read.</summary>
    public static SymmetricAlgorithm? Cipher(string oid, out string name)
    {
        (name, var bits) = oid switch
        {
            "2.16.840.1.101.3.4.1.2" => ("AES-128-CBC", 128),
            "2.16.840.1.101.3.4.1.22" => ("AES-192-CBC", 192),
            "2.16.840.1.101.3.4.1.42" => ("AES-256-CBC", 256),
            "1.2.840.113549.3.7" => ("DES-EDE3-CBC", 192),
            "1.3.14.3.2.7" => ("DES-CBC", 0),
            "1.2.840.113549.3.2" => ("RC2-CBC", 0),
            _ => (oid, 0),
        };
        if (bits == 0) return null;
#pragma warning disable CA5350 // reads key files as older tools wrote them; nothing is written so
        SymmetricAlgorithm cipher = name == "DES-EDE3-CBC" ? TripleDES.Create() : Aes.Create();
#pragma warning restore CA5350
        cipher.KeySize = bits;
        return cipher;
    }

    /// <summary>The hash of a PBKDF2 pseudo-random function; null if it is not read.</summary>
    public static HashAlgorithmName? Hash(string oid) => oid switch
    {
        "1.2.840.113549.2.7" => HashAlgorithmName.SHA1,
        "1.2.840.113549.2.9" => HashAlgorithmName.SHA256,
        "1.2.840.113549.2.10" => HashAlgorithmName.SHA384,
        "1.2.840.113549.2.11" => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>What people call a scheme that is older than PBES2.</summary>
    public static string NameOf(string oid) => oid switch
    {
        "1.2.840.113549.1.5.3" => "PBE-MD5-DES",
        "1.2.840.113549.1.5.10" => "PBE-SHA1-DES",
        "1.2.840.113549.1.5.11" => "PBE-SHA1-RC2-64",
        "1.2.840.113549.1.12.1.1" => "PBE-SHA1-RC4-128",
        "1.2.840.113549.1.12.1.3" => "PBE-SHA1-3DES",
        "1.2.840.113549.1.12.1.4" => "PBE-SHA1-2DES",
        "1.2.840.113549.1.12.1.6" => "PBE-SHA1-RC2-40",
        _ => oid,
    };
}
