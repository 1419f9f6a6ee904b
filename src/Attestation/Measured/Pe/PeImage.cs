using System.Text;

namespace Coffer.Attestation.Measured.Pe;

/// <summary>
/// Headers of an EFI program (PE/COFF, PE32 and PE32+). Whatever firmware would refuse, or hash otherwise than the next one, is refused:
/// a value that only some machines reach is none.
/// </summary>
/// <param name="CheckSumAt">Where the checksum's 4 bytes stand.</param>
/// <param name="CertificatesAt">Where the certificate table's 8 bytes stand in the headers; null where there is no such entry.</param>
/// <param name="CertificateBytes">Size of the certificate table, at the file's end.</param>
/// <param name="HeaderBytes">Size of all headers.</param>
/// <param name="ImageBytes">Size in memory.</param>
/// <param name="Sections">In the order of the table.</param>
internal sealed record PeImage(long CheckSumAt, long? CertificatesAt, uint CertificateBytes, uint HeaderBytes, uint ImageBytes, IReadOnlyList<PeSection> Sections)
{
    private const int MostSections = 1024;
    private const int SectionBytes = 40;
    private const int CertificateEntry = 4;
    private const long MostZeros = 256 * 1024 * 1024; // that sections have in memory beyond the file

    /// <summary>Whether a file begins like one.</summary>
    public static bool LooksLike(Stream file)
    {
        file.Position = 0;
        Span<byte> start = stackalloc byte[2];
        return file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("MZ"u8);
    }

    /// <summary>Reads the headers of a file that can be sought in.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static PeImage Read(Stream file)
    {
        var reader = new PeReader(file);
        if (!LooksLike(file)) throw PeReader.Malformed("does not begin with MZ: it is none");
        long header = reader.UInt32(0x3c);
        if (!reader.Bytes(header, 4).AsSpan().SequenceEqual("PE\0\0"u8)) throw PeReader.Malformed("has no PE header where its first header says");
        var (count, optionalBytes) = (reader.UInt16(header + 6), reader.UInt16(header + 20));
        if (count is 0 or > MostSections) throw PeReader.Malformed($"has {count} sections; 1 to {MostSections} are read");
        var optional = header + 24;
        var directories = optional + reader.UInt16(optional) switch
        {
            0x10b => 92,
            0x20b => 108,
            var magic => throw PeReader.Malformed($"is of the unknown kind 0x{magic:x}"),
        };
        var table = optional + optionalBytes;
        var directoryCount = reader.UInt32(directories);
        if (directoryCount > 16 || directories + 4 + (directoryCount * 8) > table) throw PeReader.Malformed($"has {directoryCount} data directories, which do not fit into its header");
        long? certificates = directoryCount > CertificateEntry ? directories + 4 + (CertificateEntry * 8) : null;
        var (imageBytes, headerBytes) = (reader.UInt32(optional + 56), reader.UInt32(optional + 60));
        if (headerBytes < table + (count * SectionBytes) || headerBytes > reader.Length || headerBytes > imageBytes) throw PeReader.Malformed($"has headers of {headerBytes} bytes, which cannot be");
        var image = new PeImage(
            optional + 64, certificates, certificates is { } at ? CertificateTable(reader, at, headerBytes) : 0, headerBytes, imageBytes, Table(reader, table, count));
        image.CheckPlaces(reader.Length);
        return image;
    }

    /// <summary>A section's bytes as they stand in memory.</summary>
    public static Stream Open(Stream file, PeSection section) => new WindowStream(file, section.FileOffset, Math.Min(section.FileSize, section.VirtualSize), section.VirtualSize);

    private static uint CertificateTable(PeReader reader, long entry, uint headerBytes)
    {
        var (offset, bytes) = (reader.UInt32(entry), reader.UInt32(entry + 4));
        if (bytes != 0 && (offset < headerBytes || offset + (long)bytes != reader.Length)) throw PeReader.Malformed("has signatures that are not at its end");
        return bytes;
    }

    private static List<PeSection> Table(PeReader reader, long at, int count)
    {
        var sections = new List<PeSection>(count);
        for (var i = 0; i < count; i++, at += SectionBytes)
        {
            var name = reader.Bytes(at, 8);
            var end = name.AsSpan().IndexOf((byte)0);
            sections.Add(new PeSection(
                Encoding.Latin1.GetString(name, 0, end < 0 ? 8 : end), reader.UInt32(at + 12), reader.UInt32(at + 8), reader.UInt32(at + 20), reader.UInt32(at + 16)));
        }
        return sections;
    }

    private void CheckPlaces(long fileBytes)
    {
        long end = HeaderBytes, zeros = 0;
        foreach (var section in Sections.Where(s => s.FileSize > 0).OrderBy(s => s.FileOffset))
        {
            if (section.FileOffset < end) throw PeReader.Malformed($"has the section {Show(section)} over another part of the file");
            end = section.FileOffset + (long)section.FileSize;
            if (end > fileBytes - CertificateBytes) throw PeReader.Malformed($"ends before its section {Show(section)} does");
        }
        end = HeaderBytes;
        foreach (var section in Sections.Where(s => s.VirtualSize > 0).OrderBy(s => s.VirtualAddress))
        {
            if (section.VirtualAddress < end) throw PeReader.Malformed($"has the section {Show(section)} over another one in memory");
            end = section.VirtualAddress + (long)section.VirtualSize;
            if (end > ImageBytes) throw PeReader.Malformed($"is smaller in memory than its section {Show(section)} says");
            zeros += Math.Max(0, section.VirtualSize - (long)section.FileSize);
        }
        if (zeros > MostZeros) throw PeReader.Malformed($"has {zeros} bytes in memory that are not in the file; at most {MostZeros} are hashed");
    }

    private static string Show(PeSection section) => $"'{Oci.Printable.Of(section.Name)}'";
}
