using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>Reads the DER forms of public and private keys, telling RSA from EC by the algorithm identifier.</summary>
internal static class DerKey
{
    private const int MaxBytes = 64 * 1024;
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string EcPublicKey = "1.2.840.10045.2.1";

    public static Jwk ReadPublic(ReadOnlyMemory<byte> der) => AlgorithmOf(der, isPrivate: false) switch
    {
        RsaEncryption => ReadRsa(der, static (RSA rsa, ReadOnlySpan<byte> bytes, out int read) => rsa.ImportSubjectPublicKeyInfo(bytes, out read), false),
        EcPublicKey => ReadEc(der, static (ECDiffieHellman ec, ReadOnlySpan<byte> bytes, out int read) => ec.ImportSubjectPublicKeyInfo(bytes, out read), false),
        var oid => throw UnknownAlgorithm(oid),
    };

    public static Jwk ReadPkcs8(ReadOnlyMemory<byte> der) => AlgorithmOf(der, isPrivate: true) switch
    {
        RsaEncryption => ReadRsa(der, static (RSA rsa, ReadOnlySpan<byte> bytes, out int read) => rsa.ImportPkcs8PrivateKey(bytes, out read), true),
        EcPublicKey => ReadEc(der, static (ECDiffieHellman ec, ReadOnlySpan<byte> bytes, out int read) => ec.ImportPkcs8PrivateKey(bytes, out read), true),
        var oid => throw UnknownAlgorithm(oid),
    };

    public static Jwk ReadPkcs1Public(ReadOnlyMemory<byte> der) =>
        ReadRsa(der, static (RSA rsa, ReadOnlySpan<byte> bytes, out int read) => rsa.ImportRSAPublicKey(bytes, out read), false);

    public static Jwk ReadPkcs1Private(ReadOnlyMemory<byte> der) =>
        ReadRsa(der, static (RSA rsa, ReadOnlySpan<byte> bytes, out int read) => rsa.ImportRSAPrivateKey(bytes, out read), true);

    public static Jwk ReadSec1(ReadOnlyMemory<byte> der) =>
        ReadEc(der, static (ECDiffieHellman ec, ReadOnlySpan<byte> bytes, out int read) => ec.ImportECPrivateKey(bytes, out read), true);

    private delegate void Import<T>(T key, ReadOnlySpan<byte> der, out int read);

    private static Jwk ReadRsa(ReadOnlyMemory<byte> der, Import<RSA> import, bool isPrivate)
    {
        using var rsa = RSA.Create();
        Run(rsa, der, import);
        return Jwk.FromRsa(rsa.ExportParameters(isPrivate), takeOver: true);
    }

    private static Jwk ReadEc(ReadOnlyMemory<byte> der, Import<ECDiffieHellman> import, bool isPrivate)
    {
        using var ec = ECDiffieHellman.Create();
        Run(ec, der, import);
        var parameters = ec.ExportParameters(isPrivate);
        try
        {
            return Jwk.FromEllipticCurve(parameters);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    private static void Run<T>(T key, ReadOnlyMemory<byte> der, Import<T> import)
    {
        if (der.Length > MaxBytes)
        {
            throw JoseException.Malformed($"key: {der.Length} bytes of DER are more than the {MaxBytes} allowed");
        }

        int read;
        try
        {
            import(key, der.Span, out read);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            throw JoseException.Malformed("key: not the DER structure expected, or a curve that is not supported", e);
        }

        if (read != der.Length)
        {
            throw JoseException.Malformed($"key: {der.Length - read} bytes follow its DER structure");
        }
    }

    private static string AlgorithmOf(ReadOnlyMemory<byte> der, bool isPrivate)
    {
        try
        {
            var sequence = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            if (isPrivate)
            {
                sequence.ReadIntegerBytes();
            }

            return sequence.ReadSequence().ReadObjectIdentifier();
        }
        catch (AsnContentException e)
        {
            throw JoseException.Malformed(isPrivate ? "key: not a PKCS#8 structure" : "key: not a SubjectPublicKeyInfo structure", e);
        }
    }

    private static JoseException UnknownAlgorithm(string oid) => JoseException.Unsupported(oid switch
    {
        "1.3.101.110" or "1.3.101.111" => "key: X25519 and X448 keys are not supported here; use RSA or EC P-256, P-384, P-521",
        "1.3.101.112" or "1.3.101.113" => "key: Ed25519 and Ed448 keys only sign; use RSA or EC P-256, P-384, P-521",
        "1.2.840.113549.1.1.10" => "key: an RSA key restricted to PSS signatures cannot be used here",
        _ => $"key: algorithm {oid} is neither RSA nor EC",
    });
}
