using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>A certificate by issuer and serial number (RFC 5652 section 10.2.4), both DER as the certificate has them.</summary>
/// <param name="Issuer">The encoded Name.</param>
/// <param name="Serial">The encoded INTEGER.</param>
internal sealed record CertificateId(byte[] Issuer, byte[] Serial)
{
    /// <summary>The issuer's name as text; null if it is malformed.</summary>
    public string? IssuerText
    {
        get
        {
            try
            {
                return Printable.Of(new X500DistinguishedName(Issuer).Name);
            }
            catch (CryptographicException)
            {
                return null;
            }
        }
    }

    /// <summary>The serial number in hex, without leading zeros.</summary>
    public string SerialText
    {
        get
        {
            var hex = Convert.ToHexString(new AsnReader(Serial, AsnEncodingRules.BER).ReadIntegerBytes().Span).TrimStart('0');
            return hex.Length == 0 ? "0" : Printable.Of(hex, 80);
        }
    }

    /// <summary>The names of a certificate, byte for byte: a writer that re-encoded them would name another.</summary>
    public static CertificateId Of(X509Certificate2 certificate)
    {
        var body = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        if (body.PeekTag().TagClass == TagClass.ContextSpecific) _ = body.ReadEncodedValue();
        var serial = body.ReadEncodedValue().ToArray();
        _ = body.ReadSequence();
        return new CertificateId(body.ReadEncodedValue().ToArray(), serial);
    }

    public bool IsSame(CertificateId other) => Issuer.AsSpan().SequenceEqual(other.Issuer) && Serial.AsSpan().SequenceEqual(other.Serial);
}
