namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>The object identifiers of RFC 5652, RFC 5083 and RFC 8017 that packets use.</summary>
internal static class Pkcs7Oids
{
    public const string Data = "1.2.840.113549.1.7.1";
    public const string EnvelopedData = "1.2.840.113549.1.7.3";
    public const string AuthEnvelopedData = "1.2.840.113549.1.9.16.1.23";
    public const string RsaEncryption = "1.2.840.113549.1.1.1";
    public const string RsaesOaep = "1.2.840.113549.1.1.7";
    public const string Mgf1 = "1.2.840.113549.1.1.8";
    public const string PSpecified = "1.2.840.113549.1.1.9";
    public const string Aes128Gcm = "2.16.840.1.101.3.4.1.6";
}
