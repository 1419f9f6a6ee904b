namespace Coffer.Pkcs11.Native;

/// <summary>The numbers of PKCS #11 2.40 (header pkcs11t.h of the OASIS standard) that this room uses.</summary>
internal static class Ck
{
    public const nuint OsLockingOk = 0x2;

    public const nuint SerialSession = 0x4;
    public const nuint ReadWriteSession = 0x2;
    public const nuint NormalUser = 1;

    public const nuint TokenLoginRequired = 0x4;
    public const nuint TokenProtectedAuthenticationPath = 0x100;
    public const nuint TokenInitialized = 0x400;
    public const nuint TokenUserPinFinalTry = 0x20000;
    public const nuint TokenUserPinLocked = 0x40000;

    public const nuint PublicKeyClass = 2;
    public const nuint PrivateKeyClass = 3;
    public const nuint SecretKeyClass = 4;
    public const nuint RsaKeyType = 0;
    public const nuint AesKeyType = 0x1f;

    public const nuint AttributeClass = 0x0;
    public const nuint AttributeToken = 0x1;
    public const nuint AttributePrivate = 0x2;
    public const nuint AttributeLabel = 0x3;
    public const nuint AttributeValue = 0x11;
    public const nuint AttributeKeyType = 0x100;
    public const nuint AttributeId = 0x102;
    public const nuint AttributeSensitive = 0x103;
    public const nuint AttributeEncrypt = 0x104;
    public const nuint AttributeDecrypt = 0x105;
    public const nuint AttributeWrap = 0x106;
    public const nuint AttributeUnwrap = 0x107;
    public const nuint AttributeSign = 0x108;
    public const nuint AttributeVerify = 0x10a;
    public const nuint AttributeModulus = 0x120;
    public const nuint AttributeModulusBits = 0x121;
    public const nuint AttributePublicExponent = 0x122;
    public const nuint AttributeValueLength = 0x161;
    public const nuint AttributeExtractable = 0x162;

    /// <summary>The length by which a module says that an attribute cannot be read (CK_UNAVAILABLE_INFORMATION).</summary>
    public static nuint Unavailable => nuint.MaxValue;

    public const nuint RsaKeyPairGeneration = 0x0;
    public const nuint RsaPkcs1 = 0x1;
    public const nuint RsaRaw = 0x3;
    public const nuint RsaOaep = 0x9;
    public const nuint Sha256RsaPkcs1 = 0x40;
    public const nuint Sha1 = 0x220;
    public const nuint Sha256 = 0x250;
    public const nuint AesKeyGeneration = 0x1080;
    public const nuint AesCbcPad = 0x1085;
    public const nuint AesGcm = 0x1087;

    public const nuint Mgf1Sha1 = 1;
    public const nuint Mgf1Sha256 = 2;
    public const nuint OaepDataSpecified = 1;
}
