using System.Formats.Asn1;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>
/// GCM's nonce and tag length. RFC 5084 section 3.2 has SEQUENCE { OCTET STRING, INTEGER DEFAULT 12 }. The Go library behind
/// the format writes, and insists on reading, that sequence with the nonce under tag [4], inside a second sequence whose tag
/// lacks the constructed bit: 10 13 30 11 84 0C (12 bytes) 02 01 10.
/// </summary>
internal static class GcmParameters
{
    /// <summary>The parameters as the format's readers insist on, for a tag of 16 bytes.</summary>
    /// <param name="nonce">12 bytes.</param>
    public static byte[] Write(ReadOnlySpan<byte> nonce) => [0x10, 0x13, 0x30, 0x11, 0x84, 0x0C, .. nonce, 0x02, 0x01, 0x10];

    /// <summary>Reads either form.</summary>
    /// <exception cref="AsnContentException">Neither.</exception>
    public static (byte[] Nonce, int TagBytes) Read(ReadOnlyMemory<byte> encoded)
    {
        var tag = Asn1Tag.Decode(encoded.Span, out _);
        if (tag.HasSameClassAndValue(Asn1Tag.Sequence) && !tag.IsConstructed)
        {
            var (offset, length) = Content(encoded.Span);
            encoded = encoded.Slice(offset, length);
        }
        var sequence = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
        var nonce = sequence.ReadOctetString(sequence.PeekTag());
        var tagBytes = 12;
        if (sequence.HasData && !sequence.TryReadInt32(out tagBytes)) throw new AsnContentException();
        return (nonce, tagBytes);
    }

    private static (int Offset, int Length) Content(ReadOnlySpan<byte> encoded)
    {
        _ = AsnDecoder.ReadEncodedValue(encoded, AsnEncodingRules.BER, out var offset, out var length, out _);
        return (offset, length);
    }
}
