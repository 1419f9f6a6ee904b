using System.Formats.Asn1;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>
/// Reads packets by hand. A CMS library is no help: the content cipher's parameters that the format's own writers make are
/// malformed, and libraries refuse or do not know them.
/// </summary>
internal static class EnvelopeReader
{
    public const int MaxBytes = 1024 * 1024;
    public const int MaxRecipients = 256;

    /// <exception cref="MalformedPacketException">Not an enveloped message, or beyond the bounds.</exception>
    public static Envelope Read(ReadOnlyMemory<byte> packet)
    {
        var parts = EnvelopeParts.Read(packet);
        try
        {
            var recipients = parts.Recipients.Select(ReadRecipient).ToList();
            var info = new AsnReader(parts.Content, AsnEncodingRules.BER).ReadSequence();
            _ = info.ReadObjectIdentifier();
            var algorithm = info.ReadSequence();
            var (cipher, refusal) = ContentCipher.Read(algorithm.ReadObjectIdentifier(), algorithm);
            // Constructed or primitive: older writers wrap the octets once more, which BER takes for one segment.
            var content = info.HasData ? info.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0)) : [];
            return new Envelope
            {
                Recipients = recipients,
                Cipher = cipher,
                ContentRefusal = refusal,
                Ciphertext = [.. content, .. parts.Mac.Span],
                AuthenticatedData = parts.AuthenticatedAttributes.ToArray(),
            };
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or OverflowException)
        {
            throw new MalformedPacketException("not a well-formed PKCS#7 envelope", e);
        }
    }

    private static EnvelopeRecipient ReadRecipient(ReadOnlyMemory<byte> encoded)
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.BER);
        var tag = outer.PeekTag();
        if (tag.TagClass == TagClass.ContextSpecific)
        {
            var kind = tag.TagValue switch { 1 => "key agreement", 2 => "shared-key", 3 => "password", _ => "other" };
            return new EnvelopeRecipient { Refusal = $"a {kind} recipient is not read: PKCS#7 is used with RSA certificates" };
        }
        var info = outer.ReadSequence();
        _ = info.ReadIntegerBytes();
        var (certificate, subjectKeyId) = (null as CertificateId, null as byte[]);
        if (info.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var id = info.ReadSequence();
            var issuer = id.ReadEncodedValue().ToArray();
            var serial = id.PeekEncodedValue().ToArray();
            _ = id.ReadIntegerBytes();
            certificate = new CertificateId(issuer, serial);
        }
        else
        {
            subjectKeyId = info.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0));
        }
        var algorithm = info.ReadSequence();
        var (transport, refusal) = KeyTransport.Read(algorithm.ReadObjectIdentifier(), algorithm);
        return new EnvelopeRecipient
        {
            Certificate = certificate,
            SubjectKeyId = subjectKeyId,
            Transport = transport,
            Refusal = refusal,
            EncryptedKey = info.ReadOctetString(),
        };
    }
}
