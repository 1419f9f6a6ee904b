using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>A vendor's certificate of an endorsement key, as it is kept in the TPM or in a file. Nothing is verified here: that is the broker's.</summary>
internal static class EndorsementCertificate
{
    /// <summary>The largest certificate, in bytes.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>The certificate at the beginning of an NV index, which may be longer than it; null where none begins there.</summary>
    public static byte[]? FromIndex(byte[] content)
    {
        try
        {
            AsnDecoder.ReadSequence(content, AsnEncodingRules.DER, out _, out _, out var length);
            return content[..length];
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>The certificate of a file, in DER or PEM.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is none.</exception>
    public static byte[] FromFile(string path, byte[] content)
    {
        try
        {
            using var certificate = content.AsSpan().IndexOf("-----BEGIN"u8) >= 0
                ? X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(content))
                : X509CertificateLoader.LoadCertificate(content);
            return certificate.RawData;
        }
        catch (CryptographicException e)
        {
            throw new AttestationException(AttestationFault.Malformed, $"{Oci.Printable.Of(path)} holds no certificate", "give the certificate of the TPM's endorsement key, in DER or PEM", e);
        }
    }

    /// <summary>Whether a certificate is of that key.</summary>
    public static bool IsOf(byte[] certificate, TpmPublic key)
    {
        try
        {
            using var read = X509CertificateLoader.LoadCertificate(certificate);
            // By the key alone: some vendors mark the algorithm as RSAES-OAEP, which is another identifier for the same key.
            return read.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(Encoded(key));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[] Encoded(TpmPublic key)
    {
        if (key.Key is TpmRsaKey rsa)
        {
            using var platform = RSA.Create(rsa.ToParameters());
            return platform.ExportRSAPublicKey();
        }
        var point = ((TpmEccKey)key.Key).ToParameters().Q;
        return [4, .. point.X!, .. point.Y!];
    }
}
