using System.Buffers.Binary;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>
/// Reads TPM structures: big-endian numbers and buffers that a length of two bytes precedes (TPM 2.0 Library Part 2, sections 4.2 and
/// 10.4). Every length is held against what is left and against a bound before anything is made of it.
/// </summary>
/// <param name="data">The structure; not copied.</param>
/// <param name="what">Its name, for messages.</param>
internal ref struct TpmReader(ReadOnlySpan<byte> data, string what)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _data.Length - Position;

    /// <summary>One byte.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: fewer bytes are left.</exception>
    public byte ReadByte() => ReadBytes(1)[0];

    /// <summary>Two bytes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: fewer bytes are left.</exception>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(ReadBytes(2));

    /// <summary>Four bytes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: fewer bytes are left.</exception>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    /// <summary>Eight bytes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: fewer bytes are left.</exception>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(ReadBytes(8));

    /// <summary>TPM_ALG_ID, of whatever value.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: fewer bytes are left.</exception>
    public TpmAlgorithm ReadAlgorithm() => (TpmAlgorithm)ReadUInt16();

    /// <summary>TPMI_YES_NO: 0 or 1.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: another value, or nothing is left.</exception>
    public bool ReadYesNo() => ReadByte() switch
    {
        0 => false,
        1 => true,
        var other => throw Malformed($"has {other} where yes (1) or no (0) belongs"),
    };

    /// <summary>That many bytes, a view of the input.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: fewer bytes are left.</exception>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > Remaining) throw Malformed($"ends after {_data.Length} bytes, where {count - Remaining} more belong");
        var bytes = _data.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>The content of a TPM2B, a view of the input.</summary>
    /// <param name="most">The most bytes it may have.</param>
    /// <param name="member">Its name, for messages.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: longer than that, or than what is left.</exception>
    public ReadOnlySpan<byte> ReadSized(int most, string member)
    {
        int size = ReadUInt16();
        if (size > most) throw Malformed($"has a {member} of {size} bytes, and {most} are the most");
        return ReadBytes(size);
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: something is left.</exception>
    public readonly void End()
    {
        if (Remaining > 0) throw Malformed($"has {Remaining} bytes after its end");
    }

    /// <summary>What to throw where a value is wrong.</summary>
    /// <param name="problem">Goes after the structure's name.</param>
    public readonly AttestationException Malformed(string problem) => new(AttestationFault.Malformed, $"{what} {problem}");

    /// <summary>What to throw where a value is none that is known here.</summary>
    /// <param name="problem">Goes after the structure's name.</param>
    public readonly AttestationException Unsupported(string problem) => new(AttestationFault.Unsupported, $"{what} {problem}");
}
