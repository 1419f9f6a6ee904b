using System.Buffers.Binary;

namespace Coffer.Attestation.Measured.Pe;

/// <summary>Little-endian numbers at places of a file, each held against its end.</summary>
internal sealed class PeReader(Stream file)
{
    public long Length { get; } = file.Length;

    public ushort UInt16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(at, 2));

    public uint UInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(at, 4));

    public byte[] Bytes(long at, int count)
    {
        if (at < 0 || at > Length - count) throw Malformed($"ends after {Length} bytes, in the middle of its headers");
        var bytes = new byte[count];
        file.Position = at;
        if (file.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count) throw Malformed("became shorter while it was read");
        return bytes;
    }

    public static AttestationException Malformed(string what) => new(AttestationFault.Malformed, $"the EFI program {what}");
}
