using System.Formats.Asn1;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>Rewrites PKCS#7 packets as other writers have them.</summary>
internal static class DerEdits
{
    private static readonly Asn1Tag Zero = new(TagClass.ContextSpecific, 0);

    /// <summary>Turns the primitive [0] that holds the encrypted content into a constructed one around an octet string.</summary>
    public static byte[] ConstructContent(byte[] packet)
    {
        var info = new AsnReader(packet, AsnEncodingRules.BER).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(info.ReadEncodedValue().Span);
            var body = info.ReadSequence(Zero).ReadSequence();
            using (writer.PushSequence(Zero))
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(body.ReadEncodedValue().Span);
                writer.WriteEncodedValue(body.ReadEncodedValue().Span);
                var content = body.ReadSequence();
                using (writer.PushSequence())
                {
                    writer.WriteEncodedValue(content.ReadEncodedValue().Span);
                    writer.WriteEncodedValue(content.ReadEncodedValue().Span);
                    var bytes = content.ReadOctetString(Zero);
                    using (writer.PushSequence(Zero)) writer.WriteOctetString(bytes);
                }
            }
        }
        return writer.Encode();
    }
}
