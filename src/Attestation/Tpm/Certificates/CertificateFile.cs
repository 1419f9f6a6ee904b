using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>Loads certificates from DER, bounded, with nothing after their end.</summary>
internal static class CertificateFile
{
    public const int MostBytes = 16 * 1024;

    public static X509Certificate2 Load(byte[] der, string what)
    {
        if (der.Length > MostBytes) throw Malformed(what, $"has {der.Length} bytes; at most {MostBytes} are read");
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.BER, out _, out _, out var length);
            if (length != der.Length) throw Malformed(what, "has bytes after its end");
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw Malformed(what, "is not an X.509 certificate", e);
        }
    }

    private static AttestationException Malformed(string what, string problem, Exception? inner = null) => new(AttestationFault.Malformed, $"{what} {problem}", inner: inner);
}
