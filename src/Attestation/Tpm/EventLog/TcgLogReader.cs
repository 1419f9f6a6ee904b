using System.Buffers.Binary;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>Reads little-endian structures of an event log; every length is held against what is left.</summary>
internal sealed class TcgLogReader(ReadOnlyMemory<byte> data)
{
    private int _at;

    /// <summary>Whether nothing follows but the unused end of the log's area, all ones or all zeros.</summary>
    public bool AtEnd
    {
        get
        {
            var rest = data.Span[_at..];
            return rest.IsEmpty || (rest[0] is 0xff or 0 && rest.Length >= 4 && rest[..4].IndexOfAnyExcept(rest[0]) < 0 && rest.IndexOfAnyExcept(rest[0]) < 0);
        }
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2).Span);

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4).Span);

    /// <summary>That many bytes, a view of the log.</summary>
    public ReadOnlyMemory<byte> Bytes(long count)
    {
        if (count > data.Length - _at) throw Malformed($"ends after {data.Length} bytes in the middle of an event");
        var bytes = data.Slice(_at, (int)count);
        _at += (int)count;
        return bytes;
    }

    public static AttestationException Malformed(string what) => new(AttestationFault.Malformed, $"the event log {what}");
}
