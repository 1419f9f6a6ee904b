using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>Whether an authority signed a revocation list: RSA or ECDSA over SHA-256 or stronger.</summary>
internal static class ListSignature
{
    public static bool Holds(RevocationList list, X509Certificate2 authority)
    {
        if (!list.Issuer.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData)) return false;
        if (authority.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign)) return false;
        try
        {
            return Verify(list, authority);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool Verify(RevocationList list, X509Certificate2 authority)
    {
        if (Algorithm(list.SignatureAlgorithm) is not var (hash, isRsa)) return false;
        if (isRsa)
        {
            using var rsa = authority.GetRSAPublicKey();
            return rsa is not null && rsa.VerifyData(list.Signed.Span, list.Signature, hash, RSASignaturePadding.Pkcs1);
        }
        using var ecdsa = authority.GetECDsaPublicKey();
        return ecdsa is not null && ecdsa.VerifyData(list.Signed.Span, list.Signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static (HashAlgorithmName Hash, bool IsRsa)? Algorithm(string id) => id switch
    {
        "1.2.840.113549.1.1.11" => (HashAlgorithmName.SHA256, true),
        "1.2.840.113549.1.1.12" => (HashAlgorithmName.SHA384, true),
        "1.2.840.113549.1.1.13" => (HashAlgorithmName.SHA512, true),
        "1.2.840.10045.4.3.2" => (HashAlgorithmName.SHA256, false),
        "1.2.840.10045.4.3.3" => (HashAlgorithmName.SHA384, false),
        "1.2.840.10045.4.3.4" => (HashAlgorithmName.SHA512, false),
        _ => null,
    };
}
