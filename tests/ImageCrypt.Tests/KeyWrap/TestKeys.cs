using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.ImageCrypt.Tests.KeyWrap;

/// <summary>Throw-away keys. RSA keys are slow to make, so that a few serve all tests in turn.</summary>
internal static class TestKeys
{
    private const int Pool = 4;
    private static readonly ConcurrentDictionary<int, Lazy<string>> Rsa = new();
    private static int _next;

    /// <summary>An RSA key of 2048 bits as PKCS#8 PEM, different from the three that were returned last.</summary>
    public static string RsaPem()
    {
        var slot = (int)((uint)Interlocked.Increment(ref _next) % Pool);
        return Rsa.GetOrAdd(slot, _ => new Lazy<string>(MakeRsa)).Value;
    }

    /// <summary>An EC key as PKCS#8 PEM.</summary>
    public static string EcPem(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>The public half of a private PEM, as SubjectPublicKeyInfo.</summary>
    public static string PublicPem(string privatePem)
    {
        if (IsEc(privatePem))
        {
            using var ec = ECDsa.Create();
            ec.ImportFromPem(privatePem);
            return ec.ExportSubjectPublicKeyInfoPem();
        }
        using var rsa = RSA.Create();
        rsa.ImportFromPem(privatePem);
        return rsa.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>A self-signed certificate for a key.</summary>
    public static string CertificatePem(string privatePem, string name = "recipient", byte[]? serial = null)
    {
        var subject = new X500DistinguishedName($"CN={name}, O=test");
        var from = DateTimeOffset.UnixEpoch.AddYears(50);
        serial ??= RandomNumberGenerator.GetBytes(8);
        if (IsEc(privatePem))
        {
            using var ec = ECDsa.Create();
            ec.ImportFromPem(privatePem);
            using var made = new CertificateRequest(subject, ec, HashAlgorithmName.SHA256).Create(subject, X509SignatureGenerator.CreateForECDsa(ec), from, from.AddYears(50), serial);
            return made.ExportCertificatePem();
        }
        using var rsa = RSA.Create();
        rsa.ImportFromPem(privatePem);
        using var certificate = new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(subject, X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1), from, from.AddYears(50), serial);
        return certificate.ExportCertificatePem();
    }

    private static string MakeRsa()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    private static bool IsEc(string pem)
    {
        using var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
