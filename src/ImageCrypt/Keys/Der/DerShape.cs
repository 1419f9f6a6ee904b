using System.Formats.Asn1;

namespace Coffer.ImageCrypt.Keys.Der;

/// <summary>What a DER structure looks like by its first elements.</summary>
internal enum DerShape
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>PKCS#8 PrivateKeyInfo (RFC 5208, RFC 5958).</summary>
    Pkcs8,

    /// <summary>PKCS#8 EncryptedPrivateKeyInfo.</summary>
    EncryptedPkcs8,

    /// <summary>PKCS#1 RSAPrivateKey (RFC 8017 A.1.2).</summary>
    Pkcs1Private,

    /// <summary>PKCS#1 RSAPublicKey (RFC 8017 A.1.1).</summary>
    Pkcs1Public,

    /// <summary>SEC1 ECPrivateKey (RFC 5915).</summary>
    Sec1,

    /// <summary>SubjectPublicKeyInfo (RFC 5280).</summary>
    PublicKey,

    /// <summary>An X.509 certificate (RFC 5280).</summary>
    Certificate,

    /// <summary>A PKCS#10 certificate request (RFC 2986).</summary>
    CertificateRequest,

    /// <summary>PKCS#12 PFX (RFC 7292).</summary>
    Pkcs12,

    /// <summary>A CMS or PKCS#7 ContentInfo (RFC 5652).</summary>
    Cms,
}

/// <summary>Tells DER structures apart, so that a file is read as what it is, whatever its name or label says.</summary>
internal static class DerSniffer
{
    public static DerShape Sniff(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.BER);
            return Sniff(outer.ReadSequence());
        }
        catch (AsnContentException)
        {
            return DerShape.Unknown;
        }
    }

    private static DerShape Sniff(AsnReader outer)
    {
        var first = outer.PeekTag();
        if (first.HasSameClassAndValue(Asn1Tag.ObjectIdentifier)) return DerShape.Cms;
        if (first.HasSameClassAndValue(Asn1Tag.Integer)) return AfterVersion(outer);
        if (!first.HasSameClassAndValue(Asn1Tag.Sequence)) return DerShape.Unknown;
        var head = outer.ReadSequence();
        if (!outer.HasData) return DerShape.Unknown;
        var second = outer.PeekTag();
        if (second.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)) return DerShape.EncryptedPkcs8;
        if (second.HasSameClassAndValue(Asn1Tag.PrimitiveBitString)) return DerShape.PublicKey;
        return second.HasSameClassAndValue(Asn1Tag.Sequence) ? Signed(head) : DerShape.Unknown;
    }

    private static DerShape AfterVersion(AsnReader outer)
    {
        _ = outer.ReadIntegerBytes();
        if (!outer.HasData) return DerShape.Unknown;
        var second = outer.PeekTag();
        if (second.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)) return DerShape.Sec1;
        if (second.HasSameClassAndValue(Asn1Tag.Integer))
        {
            _ = outer.ReadIntegerBytes();
            return outer.HasData ? DerShape.Pkcs1Private : DerShape.Pkcs1Public;
        }
        if (!second.HasSameClassAndValue(Asn1Tag.Sequence)) return DerShape.Unknown;
        _ = outer.ReadSequence();
        return outer.HasData && outer.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString) ? DerShape.Pkcs8 : DerShape.Pkcs12;
    }

    // Both are signed sequences. A certificate begins with its version in [0] or with a serial number and an algorithm;
    // a request with a version and a name, which is a sequence of sets.
    private static DerShape Signed(AsnReader head)
    {
        if (!head.HasData) return DerShape.Unknown;
        if (head.PeekTag().TagClass == TagClass.ContextSpecific) return DerShape.Certificate;
        _ = head.ReadIntegerBytes();
        if (!head.HasData) return DerShape.Unknown;
        var inner = head.ReadSequence();
        return inner.HasData && inner.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier) ? DerShape.Certificate : DerShape.CertificateRequest;
    }
}
