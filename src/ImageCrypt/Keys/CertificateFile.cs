using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.ImageCrypt.Keys.Der;
using Coffer.ImageCrypt.Keys.Pem;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>Certificates given as recipients (<c>pkcs7:</c>, and <c>jwe:</c> for their keys): PEM or DER.</summary>
internal static class CertificateFile
{
    /// <summary>
    /// The one certificate of a file. Of a chain, the one that is no certificate authority: nobody encrypts to an authority.
    /// The caller disposes it.
    /// </summary>
    /// <exception cref="CofferException">Not a certificate, or several of which none stands out.</exception>
    public static X509Certificate2 Read(ReadOnlyMemory<byte> content, string file)
    {
        if (KeyFileSniffer.Sniff(content.Span) == KeyFileForm.Der) return Parse(content, file);
        var blocks = PemReader.Read(content.Span, file);
        var certificates = new List<X509Certificate2>();
        try
        {
            foreach (var block in blocks.Where(IsCertificate)) certificates.Add(Parse(block.Data, file));
            var chosen = certificates.Count == 1 ? certificates[0] : Leaf(certificates, file);
            certificates.Remove(chosen);
            return chosen;
        }
        finally
        {
            certificates.ForEach(c => c.Dispose());
            foreach (var block in blocks) block.Dispose();
        }
    }

    /// <summary>True for a PEM block that holds a certificate.</summary>
    public static bool IsCertificate(PemBlock block) => block.Label is "CERTIFICATE" or "X509 CERTIFICATE" or "TRUSTED CERTIFICATE";

    /// <summary>One certificate; OpenSSL's trust settings, which can follow it, are left off.</summary>
    /// <exception cref="CofferException">Not a certificate.</exception>
    public static X509Certificate2 Parse(ReadOnlyMemory<byte> der, string file)
    {
        try
        {
            var certificate = new AsnReader(der, AsnEncodingRules.BER).ReadEncodedValue();
            if (DerSniffer.Sniff(certificate) == DerShape.Certificate) return X509CertificateLoader.LoadCertificate(certificate.Span);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new CofferException($"{file} has a malformed certificate", inner: e);
        }
        throw new CofferException($"{file} has no X.509 certificate where one is announced");
    }

    private static X509Certificate2 Leaf(List<X509Certificate2> certificates, string file)
    {
        var leaves = certificates.Where(c => !IsAuthority(c)).ToList();
        if (leaves.Count == 1) return leaves[0];
        throw new CofferException(
            certificates.Count == 0 ? $"{file} has no certificate" : $"{file} has {certificates.Count} certificates and does not tell which is the recipient's",
            hint: certificates.Count == 0 ? null : "give a file for each recipient");
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority);
}
