using System.Security.Cryptography;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Keys;

/// <summary>The hash of RSA-OAEP (RFC 8017 section 7.1), used for the label and for the mask alike; the label is empty.</summary>
public enum OaepHash
{
    /// <summary>SHA-1, 20 bytes: what every token offers. OAEP does not rest on its collision resistance.</summary>
    Sha1,

    /// <summary>SHA-256, 32 bytes.</summary>
    Sha256,
}

internal static class OaepHashes
{
    public static int Size(this OaepHash hash) => hash == OaepHash.Sha1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes;

    public static HashAlgorithmName Algorithm(this OaepHash hash) => hash == OaepHash.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;

    public static RSAEncryptionPadding Padding(this OaepHash hash) =>
        hash == OaepHash.Sha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256;

    public static CkRsaOaepParameters Parameters(this OaepHash hash) => new()
    {
        HashAlgorithm = hash == OaepHash.Sha1 ? Ck.Sha1 : Ck.Sha256,
        MaskGeneration = hash == OaepHash.Sha1 ? Ck.Mgf1Sha1 : Ck.Mgf1Sha256,
        Source = Ck.OaepDataSpecified,
    };
}
