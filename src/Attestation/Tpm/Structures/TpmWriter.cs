using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>Writes TPM structures (TPM 2.0 Library Part 2, section 4.2). Disposal zeroes what was written; not safe for several threads.</summary>
internal sealed class TpmWriter : IDisposable
{
    private byte[] _bytes = new byte[256];

    /// <summary>What was written; valid until the next write or disposal.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>One byte.</summary>
    public TpmWriter Byte(byte value)
    {
        Room(1)[0] = value;
        return this;
    }

    /// <summary>Two bytes.</summary>
    public TpmWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(Room(2), value);
        return this;
    }

    /// <summary>Four bytes.</summary>
    public TpmWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Room(4), value);
        return this;
    }

    /// <summary>Eight bytes.</summary>
    public TpmWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Room(8), value);
        return this;
    }

    /// <summary>TPM_ALG_ID.</summary>
    public TpmWriter Algorithm(TpmAlgorithm value) => UInt16((ushort)value);

    /// <summary>Bytes as they are.</summary>
    public TpmWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        return this;
    }

    /// <summary>A TPM2B: the length in two bytes, then the bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 65,535 bytes.</exception>
    public TpmWriter Sized(ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, ushort.MaxValue);
        return UInt16((ushort)value.Length).Bytes(value);
    }

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        Length = 0;
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
        {
            var larger = new byte[Math.Max(_bytes.Length * 2, Length + count)];
            Written.CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
