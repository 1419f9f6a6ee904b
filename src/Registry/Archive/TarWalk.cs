using System.Globalization;
using System.Text;
using Coffer.Oci;
using ICSharpCode.SharpZipLib.Tar;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Archive;

/// <summary>
/// Finds the members of a tar archive (POSIX.1-2017 pax, ustar, GNU) without reading their content. Nothing is unpacked;
/// links are noted, devices and everything else that no image archive has is refused.
/// </summary>
internal sealed class TarWalk
{
    private const int Block = TarBuffer.BlockSize;
    private const int Members = 65_536;
    private const int ExtendedBytes = 64 * 1024;

    private readonly SafeFileHandle _file;
    private readonly string _location;
    private readonly long _length;
    private readonly Dictionary<string, TarMember> _found = new(StringComparer.Ordinal);
    private string? _name, _link;
    private long? _size;

    private TarWalk(SafeFileHandle file, string location)
    {
        _file = file;
        _location = location;
        _length = RandomAccess.GetLength(file);
    }

    /// <exception cref="MalformedImageException">It is no tar archive, is cut off, hostile, or beyond the bounds.</exception>
    public static IReadOnlyDictionary<string, TarMember> Index(SafeFileHandle file, string location)
    {
        var walk = new TarWalk(file, location);
        walk.Run();
        return walk._found;
    }

    private void Run()
    {
        var block = new byte[Block];
        long position = 0;
        for (var count = 0; position < _length; count++)
        {
            if (count > Members) throw Bad($"there are more than {Members} members");
            if (!TryRead(block, position)) throw Bad("it ends within a header");
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                // Two empty blocks are the end; what follows is padding and is not looked at.
                if (!TryRead(block, position + Block) || !block.AsSpan().ContainsAnyExcept((byte)0)) break;
                throw Bad("an empty block stands between members");
            }
            var header = Parse(block, position);
            position += Block;
            var size = Take(header, position);
            if (size < 0 || size > _length - position) throw Bad($"member '{Printable.Of(header.Name, 160)}' claims {size} bytes and the file ends before");
            position += (size + Block - 1) / Block * Block;
        }
        if (_found.Count == 0) throw Bad("it has no files");
    }

    private TarHeader Parse(byte[] block, long position)
    {
        var header = new TarHeader();
        try
        {
            header.ParseBuffer(block, Encoding.UTF8);
        }
        catch (Exception e) when (e is TarException or ArgumentException or OverflowException or FormatException or IndexOutOfRangeException)
        {
            throw Bad($"the header at byte {position} cannot be read", e);
        }
        return header.IsChecksumValid ? header : throw Bad(position == 0 ? "it is not a tar archive" : $"the header at byte {position} is damaged");
    }

    /// <summary>Deals with one member and returns how many bytes of content follow its header.</summary>
    private long Take(TarHeader header, long content)
    {
        switch (header.TypeFlag)
        {
            case TarHeader.LF_XHDR:
                ReadPax(Extended(header, content));
                return header.Size;
            case TarHeader.LF_GHDR:
                Extended(header, content);
                return header.Size;
            case TarHeader.LF_GNU_LONGNAME:
                _name = Encoding.UTF8.GetString(Extended(header, content)).TrimEnd('\0');
                return header.Size;
            case TarHeader.LF_GNU_LONGLINK:
                _link = Encoding.UTF8.GetString(Extended(header, content)).TrimEnd('\0');
                return header.Size;
        }
        var name = TarNames.Clean(_name ?? header.Name, _location);
        var size = _size ?? header.Size;
        var link = _link ?? header.LinkName;
        (_name, _link, _size) = (null, null, null);
        switch (header.TypeFlag)
        {
            case TarHeader.LF_NORMAL or TarHeader.LF_OLDNORM:
                Add(new TarMember(name, content, size, null));
                return size;
            case TarHeader.LF_DIR:
                return 0;
            case TarHeader.LF_SYMLINK:
                Add(new TarMember(name, content, 0, TarNames.Resolve(name, link, _location)));
                return 0;
            case TarHeader.LF_LINK:
                Add(new TarMember(name, content, 0, TarNames.Clean(link, _location)));
                return 0;
            default:
                throw Bad($"'{Printable.Of(name, 160)}' is neither a file nor a directory");
        }
    }

    private void Add(TarMember member)
    {
        if (member.Name.Length == 0) throw Bad("a file has no name");
        if (!_found.TryAdd(member.Name, member)) throw Bad($"'{Printable.Of(member.Name, 160)}' is there twice");
    }

    private byte[] Extended(TarHeader header, long content)
    {
        if (header.Size is < 0 or > ExtendedBytes) throw Bad($"an extended header has {header.Size} bytes; the most that is read is {ExtendedBytes}");
        var bytes = new byte[header.Size];
        return TryRead(bytes, content) ? bytes : throw Bad("it ends within an extended header");
    }

    // Records of the form "length key=value\n" (POSIX.1-2017, pax, "pax Extended Header").
    private void ReadPax(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space is < 1 or > 6 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != (byte)'\n')
            {
                throw Bad("an extended header cannot be read");
            }
            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1) throw Bad("an extended header cannot be read");
            var value = record[(equals + 1)..];
            if (record[..equals].SequenceEqual("path"u8)) _name = Encoding.UTF8.GetString(value);
            else if (record[..equals].SequenceEqual("linkpath"u8)) _link = Encoding.UTF8.GetString(value);
            else if (record[..equals].SequenceEqual("size"u8))
            {
                _size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw Bad("an extended header has a size that is none");
            }
            else if (record[..equals].StartsWith("GNU.sparse."u8)) throw Bad("it has sparse members");
            records = records[length..];
        }
    }

    private bool TryRead(Span<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(_file, bytes, position);
            if (count == 0) return false;
            bytes = bytes[count..];
            position += count;
        }
        return true;
    }

    private MalformedImageException Bad(string what, Exception? inner = null) => new($"{_location}: the archive is refused: {what}", inner: inner);
}
