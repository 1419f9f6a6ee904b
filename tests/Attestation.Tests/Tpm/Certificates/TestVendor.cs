using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tests.Tpm.Certificates;

/// <summary>A vendor's root and intermediate, and certificates of endorsement keys as its machines would carry them.</summary>
internal sealed class TestVendor : IDisposable
{
    public static readonly DateTimeOffset Now = new(2030, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RSA[] Keys = [RSA.Create(2048), RSA.Create(2048), RSA.Create(2048)];
    private readonly X509Certificate2 _root, _intermediate;

    public TestVendor(string name = "vendor")
    {
        _root = Authority($"CN={name} root", Keys[0]).CreateSelfSigned(Now.AddYears(-5), Now.AddYears(20));
        using var intermediate = Authority($"CN={name} intermediate", Keys[1]).Create(_root, Now.AddYears(-4), Now.AddYears(10), [1, 2, 3]);
        _intermediate = intermediate.CopyWithPrivateKey(Keys[1]);
    }

    public string Root => _root.ExportCertificatePem();

    public string Intermediate => _intermediate.ExportCertificatePem();

    public string Bundle => $"{Root}\n{Intermediate}\n";

    public static TpmPublic EndorsementKey => new()
    {
        Attributes = TpmObjectAttributes.Restricted | TpmObjectAttributes.Decrypt | TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin,
        Symmetric = TpmSymmetric.Aes128Cfb,
        Key = new TpmRsaKey(2048, 0, Keys[2].ExportParameters(false).Modulus),
    };

    /// <summary>A certificate of the endorsement key with an empty subject and a critical alternative name, as the TCG's profile has them.</summary>
    public byte[] Issue(string? purpose = "2.23.133.8.1", bool authority = false, DateTimeOffset? until = null, X509KeyUsageFlags usage = X509KeyUsageFlags.KeyEncipherment, RSA? key = null, byte[]? serial = null)
    {
        var request = new CertificateRequest("", key ?? Keys[2], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", AlternativeName(), critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        if (purpose is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        using var issued = request.Create(_intermediate, Now.AddYears(-1), until ?? Now.AddYears(1), serial ?? [9, 9]);
        return issued.RawData;
    }

    /// <summary>The intermediate's list, or the root's.</summary>
    public string List(DateTimeOffset from, DateTimeOffset until, bool ofRoot = false, params byte[][] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var serial in revoked) builder.AddEntry(serial);
        var list = builder.Build(ofRoot ? _root : _intermediate, 1, until, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, from);
        return PemEncoding.WriteString("X509 CRL", list) + "\n";
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static byte[] AlternativeName()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
        using (writer.PushSequence())
        {
            foreach (var (id, value) in new[] { ("2.23.133.2.1", "id:434F4646"), ("2.23.133.2.2", "Model 1"), ("2.23.133.2.3", "id:00010002") })
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(id);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }
        return writer.Encode();
    }

    private static CertificateRequest Authority(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
