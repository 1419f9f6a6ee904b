using System.Buffers.Binary;
using System.Text;

namespace Coffer.Attestation.Tests.Measured;

/// <summary>Writes small EFI programs, sound unless a test makes them otherwise.</summary>
internal sealed class PeBuilder
{
    private const int Header = 0x80, Optional = Header + 24, OptionalBytes = 240, Alignment = 0x200, Page = 0x1000;

    private readonly List<(string Name, byte[] Content, uint MoreInMemory)> _sections = [];

    /// <summary>What stands behind the sections, such as a symbol table.</summary>
    public byte[] Behind { get; init; } = [];

    /// <summary>Signatures, at the end.</summary>
    public byte[] Certificates { get; init; } = [];

    public PeBuilder Section(string name, byte[] content, uint moreInMemory = 0)
    {
        _sections.Add((name, content, moreInMemory));
        return this;
    }

    public PeBuilder Section(string name, string content) => Section(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Where a section's header stands.</summary>
    public static int HeaderOf(int section) => Optional + OptionalBytes + (40 * section);

    public byte[] ToBytes()
    {
        var headerBytes = Up(HeaderOf(_sections.Count), Alignment);
        using var file = new MemoryStream();
        file.Write(new byte[headerBytes]);
        var (table, memory) = (new List<byte[]>(), (uint)Up(headerBytes, Page));
        foreach (var (name, content, more) in _sections)
        {
            var header = new byte[40];
            Encoding.Latin1.GetBytes(name).CopyTo(header, 0);
            var size = (uint)content.Length + more;
            Write(header, 8, size, memory, (uint)Up(content.Length, Alignment), content.Length == 0 ? 0 : (uint)file.Position);
            table.Add(header);
            file.Write(content);
            file.Write(new byte[Up(content.Length, Alignment) - content.Length]);
            memory += (uint)Up((int)size, Page);
        }
        file.Write(Behind);
        var signatures = (uint)file.Position;
        file.Write(Certificates);
        var bytes = file.ToArray();
        "MZ"u8.CopyTo(bytes);
        Write(bytes, 0x3c, Header);
        "PE\0\0"u8.CopyTo(bytes.AsSpan(Header));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Header + 4), 0x8664);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Header + 6), (ushort)_sections.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Header + 20), OptionalBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(Optional), 0x20b);
        Write(bytes, Optional + 56, memory, (uint)headerBytes, 0x12345678);
        Write(bytes, Optional + 108, 16);
        if (Certificates.Length > 0) Write(bytes, Optional + 112 + 32, signatures, (uint)Certificates.Length);
        for (var i = 0; i < table.Count; i++) table[i].CopyTo(bytes, HeaderOf(i));
        return bytes;
    }

    public static void Write(byte[] bytes, int at, params ReadOnlySpan<uint> numbers)
    {
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), number);
            at += 4;
        }
    }

    private static int Up(int size, int unit) => (size + unit - 1) / unit * unit;
}
