using System.Formats.Asn1;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>
/// A packet cut into its encoded parts, so that one recipient can be taken out and everything else stays as its writer made it.
/// </summary>
internal sealed class EnvelopeParts
{
    private string _type = Pkcs7Oids.EnvelopedData;
    private IReadOnlyList<ReadOnlyMemory<byte>> _before = [];
    private IReadOnlyList<ReadOnlyMemory<byte>> _after = [];

    private EnvelopeParts()
    {
    }

    /// <summary>Each RecipientInfo; never empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Recipients { get; private init; } = [];

    /// <summary>The EncryptedContentInfo.</summary>
    public ReadOnlyMemory<byte> Content { get; private init; }

    /// <summary>The tag of AuthEnvelopedData (RFC 5083), which EnvelopedData has inside its content; empty there.</summary>
    public ReadOnlyMemory<byte> Mac { get; private init; }

    /// <summary>The authenticated attributes of AuthEnvelopedData under the tag of a SET, as GCM takes them in; empty if there are none.</summary>
    public ReadOnlyMemory<byte> AuthenticatedAttributes { get; private init; }

    /// <exception cref="MalformedPacketException">Not an enveloped message, or beyond the bounds.</exception>
    public static EnvelopeParts Read(ReadOnlyMemory<byte> packet)
    {
        if (packet.Length > EnvelopeReader.MaxBytes) throw new MalformedPacketException($"PKCS#7 packet has more than {EnvelopeReader.MaxBytes} bytes");
        try
        {
            var outer = new AsnReader(packet, AsnEncodingRules.BER);
            var info = outer.ReadSequence();
            if (outer.HasData) throw new MalformedPacketException("bytes follow the PKCS#7 envelope");
            var type = info.ReadObjectIdentifier();
            if (type is not (Pkcs7Oids.EnvelopedData or Pkcs7Oids.AuthEnvelopedData)) throw new MalformedPacketException("PKCS#7 message is not an envelope");
            return Read(type, info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or OverflowException)
        {
            throw new MalformedPacketException("not a well-formed PKCS#7 envelope", e);
        }
    }

    private static EnvelopeParts Read(string type, AsnReader body)
    {
        var before = new List<ReadOnlyMemory<byte>> { body.PeekEncodedValue() };
        _ = body.ReadIntegerBytes();
        if (body.PeekTag().TagClass == TagClass.ContextSpecific) before.Add(body.ReadEncodedValue());
        var set = body.ReadSetOf(skipSortOrderValidation: true);
        var recipients = new List<ReadOnlyMemory<byte>>();
        while (set.HasData)
        {
            if (recipients.Count == EnvelopeReader.MaxRecipients) throw new MalformedPacketException($"PKCS#7 envelope has more than {EnvelopeReader.MaxRecipients} recipients");
            recipients.Add(set.ReadEncodedValue());
        }
        if (recipients.Count == 0) throw new MalformedPacketException("PKCS#7 envelope has no recipient");
        var content = body.ReadEncodedValue();
        var (after, mac, attributes) = ReadTail(type, body);
        return new EnvelopeParts
        {
            _type = type, _before = before, _after = after, Recipients = recipients, Content = content, Mac = mac, AuthenticatedAttributes = attributes,
        };
    }

    private static (List<ReadOnlyMemory<byte>> After, ReadOnlyMemory<byte> Mac, ReadOnlyMemory<byte> Attributes) ReadTail(string type, AsnReader body)
    {
        var after = new List<ReadOnlyMemory<byte>>();
        byte[] mac = [], attributes = [];
        while (body.HasData)
        {
            var tag = body.PeekTag();
            var part = body.PeekEncodedValue();
            after.Add(part);
            if (type == Pkcs7Oids.AuthEnvelopedData && tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1)))
            {
                attributes = part.ToArray();
                attributes[0] = 0x31; // RFC 5083 section 2.2: authenticated as a SET, not as [1]
            }
            if (type == Pkcs7Oids.AuthEnvelopedData && tag.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)) mac = body.ReadOctetString();
            else _ = body.ReadEncodedValue();
        }
        if (type == Pkcs7Oids.AuthEnvelopedData && mac.Length == 0) throw new MalformedPacketException("PKCS#7 envelope lacks its tag");
        return (after, mac, attributes);
    }

    /// <summary>The packet without one recipient; null if nobody is left.</summary>
    public byte[]? Without(int recipient)
    {
        if (Recipients.Count == 1) return null;
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(_type);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                foreach (var part in _before) writer.WriteEncodedValue(part.Span);
                using (writer.PushSetOf())
                {
                    for (var i = 0; i < Recipients.Count; i++)
                    {
                        if (i != recipient) writer.WriteEncodedValue(Recipients[i].Span);
                    }
                }
                writer.WriteEncodedValue(Content.Span);
                foreach (var part in _after) writer.WriteEncodedValue(part.Span);
            }
        }
        return writer.Encode();
    }
}
