using System.Buffers.Binary;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>Splits a message into packets: old and new format, partial and indeterminate lengths (RFC 4880 section 4.2).</summary>
internal static class PgpPacketReader
{
    /// <summary>Most bytes of a message; what stands in an annotation has a few hundred.</summary>
    public const int MaxMessage = 64 * 1024;

    private const int MaxPackets = 256;

    /// <summary>All packets, in order; together they are the whole message.</summary>
    /// <exception cref="MalformedPacketException">A length leads beyond the message, or the message is beyond the bounds.</exception>
    public static IReadOnlyList<PgpPacket> Read(ReadOnlyMemory<byte> message)
    {
        if (message.Length > MaxMessage) throw Malformed($"is {message.Length} bytes long; at most {MaxMessage} are read");
        var packets = new List<PgpPacket>();
        var at = 0;
        while (at < message.Length)
        {
            if (packets.Count == MaxPackets) throw Malformed($"has more than {MaxPackets} parts");
            var packet = ReadOne(message[at..]);
            packets.Add(packet);
            at += packet.Raw.Length;
        }
        return packets;
    }

    private static PgpPacket ReadOne(ReadOnlyMemory<byte> rest)
    {
        var first = rest.Span[0];
        if ((first & 0x80) == 0) throw Malformed(first == (byte)'-' ? "is ASCII-armored, which an annotation never is" : "is not OpenPGP");
        return (first & 0x40) == 0 ? ReadOld(rest, first) : ReadNew(rest, (PgpTag)(first & 0x3f));
    }

    private static PgpPacket ReadOld(ReadOnlyMemory<byte> rest, byte first)
    {
        var tag = (PgpTag)((first >> 2) & 0x0f);
        var (header, length) = (first & 3) switch
        {
            0 => (2, Need(rest, 2)[1]),
            1 => (3, BinaryPrimitives.ReadUInt16BigEndian(Need(rest, 3)[1..])),
            2 => (5, (long)BinaryPrimitives.ReadUInt32BigEndian(Need(rest, 5)[1..])),
            _ => (1, rest.Length - 1), // indeterminate: to the end
        };
        return new PgpPacket(tag, Take(rest, 0, header + length), Take(rest, header, length));
    }

    private static PgpPacket ReadNew(ReadOnlyMemory<byte> rest, PgpTag tag)
    {
        var at = 1;
        List<byte>? pieces = null;
        while (true)
        {
            var (size, length, partial) = ReadNewLength(rest[at..]);
            var piece = Take(rest, at + size, length);
            at += size + piece.Length;
            if (!partial && pieces is null) return new PgpPacket(tag, rest[..at], piece);
            pieces ??= [];
            pieces.AddRange(piece.Span);
            if (!partial) return new PgpPacket(tag, rest[..at], pieces.ToArray());
        }
    }

    private static (int Size, long Length, bool Partial) ReadNewLength(ReadOnlyMemory<byte> rest)
    {
        var first = Need(rest, 1)[0];
        return first switch
        {
            < 192 => (1, first, false),
            < 224 => (2, ((first - 192) << 8) + Need(rest, 2)[1] + 192, false),
            < 255 => (1, 1L << (first & 0x1f), true),
            _ => (5, BinaryPrimitives.ReadUInt32BigEndian(Need(rest, 5)[1..]), false),
        };
    }

    private static ReadOnlySpan<byte> Need(ReadOnlyMemory<byte> rest, int count) =>
        rest.Length >= count ? rest.Span[..count] : throw Malformed("ends in the middle of a length");

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> rest, int from, long length) =>
        length <= rest.Length - from ? rest.Slice(from, (int)length) : throw Malformed($"is cut short: a part of {length} bytes does not fit in it");

    internal static MalformedPacketException Malformed(string what) => new($"OpenPGP packet {what}");
}
