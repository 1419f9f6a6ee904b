using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Coffer.Machines;

/// <summary>A TPM vendor: a root, an intermediate, certificates of endorsement keys, and a revocation list.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public TestAuthority(string name = "Vendor")
    {
        _root = Make($"CN={name} Root", null);
        _intermediate = Make($"CN={name} Issuing CA", _root);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public string Issuer => _intermediate.Subject;

    public string IntermediatePem => _intermediate.ExportCertificatePem();

    public string BundlePem => $"{_root.ExportCertificatePem()}\n{IntermediatePem}\n";

    public byte[] Certify(PublicKey endorsementKey)
    {
        var request = new CertificateRequest(new X500DistinguishedName("CN=TPM"), endorsementKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyAgreement, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("2.23.133.8.1")], false));
        using var made = request.Create(_intermediate, Now.AddDays(-20), Now.AddDays(300), RandomNumberGenerator.GetBytes(8));
        return made.RawData;
    }

    /// <summary>A list of the issuing CA that revokes a certificate.</summary>
    public string RevocationListPem(byte[] certificate)
    {
        using var revoked = X509CertificateLoader.LoadCertificate(certificate);
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry(revoked, Now.AddHours(-1));
        return new string(PemEncoding.Write("X509 CRL", builder.Build(_intermediate, 1, Now.AddDays(7), HashAlgorithmName.SHA256, null, Now.AddHours(-1))));
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static X509Certificate2 Make(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (issuer is null) return request.CreateSelfSigned(Now.AddDays(-40), Now.AddDays(1000));
        using var made = request.Create(issuer, Now.AddDays(-30), Now.AddDays(900), RandomNumberGenerator.GetBytes(8));
        return made.CopyWithPrivateKey(key);
    }
}
