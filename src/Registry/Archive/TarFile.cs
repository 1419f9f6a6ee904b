using System.Text;
using Coffer.Oci;
using Coffer.Registry.Files;
using ICSharpCode.SharpZipLib.Tar;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Archive;

/// <summary>
/// Writes a tar file whose members' names and sizes are known only after their content: room for the header is left
/// and filled in. One member at a time; all times are zero, so that the same image gives the same archive.
/// </summary>
internal sealed class TarFile(SafeFileHandle file, string doing)
{
    private const int Block = TarBuffer.BlockSize;
    private const int ShortName = 99;
    private const string LongNameMark = "././@LongLink";
    private long _end, _previousEnd;

    public void AddDirectory(string name)
    {
        FileFault.Guard(doing, () => RandomAccess.Write(file, Header(name + "/", 0, TarHeader.LF_DIR, 0x1ED), _end));
        _end += Block;
    }

    public void Add(string name, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        FileFault.Guard(doing, () => RandomAccess.Write(file, bytes, _end + HeaderBytes(name)));
        Finish(name, bytes.Length);
    }

    /// <summary>Adds a blob; if this throws, the archive is as it was before.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="name">Gives the member's name for a digest; its length depends on the algorithm alone.</param>
    /// <param name="expected">The digest, where known.</param>
    /// <param name="size">In bytes, where known.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public async ValueTask<StoredBlob> AddAsync(Stream content, Func<Digest, string> name, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        var room = HeaderBytes(name(expected ?? Digest.Of([])));
        var stored = await BlobPipeline.WriteAsync(content, file, _end + room, expected, size, doing, cancellationToken).ConfigureAwait(false);
        Finish(name(stored.Digest), stored.Size);
        return stored;
    }

    /// <summary>Forgets the member that was added last.</summary>
    public void TakeBack() => _end = _previousEnd;

    /// <summary>Writes the end mark, cuts off what a refused blob left, and syncs.</summary>
    public void Complete() => FileFault.Guard(doing, () =>
    {
        RandomAccess.SetLength(file, _end);
        RandomAccess.Write(file, new byte[2 * Block], _end);
        RandomAccess.FlushToDisk(file);
    });

    private void Finish(string name, long size) => FileFault.Guard(doing, () =>
    {
        var at = _previousEnd = _end;
        if (name.Length > ShortName)
        {
            // GNU's form for long names, which every reader of images knows.
            var longName = new byte[Block];
            Encoding.ASCII.GetBytes(name, longName);
            RandomAccess.Write(file, Header(LongNameMark, name.Length + 1, TarHeader.LF_GNU_LONGNAME, 0x1A4), at);
            RandomAccess.Write(file, longName, at + Block);
            at += 2 * Block;
        }
        RandomAccess.Write(file, Header(name.Length > ShortName ? name[..ShortName] : name, size, TarHeader.LF_NORMAL, 0x1A4), at);
        var content = at + Block + size;
        _end = (content + Block - 1) / Block * Block;
        RandomAccess.Write(file, new byte[_end - content], content);
    });

    private static int HeaderBytes(string name) => name.Length > ShortName ? 3 * Block : Block;

    private static byte[] Header(string name, long size, byte type, int mode)
    {
        var header = new TarHeader { Name = name, Size = size, TypeFlag = type, Mode = mode, ModTime = DateTime.UnixEpoch, UserId = 0, GroupId = 0, UserName = "", GroupName = "" };
        var block = new byte[Block];
        header.WriteHeader(block, Encoding.ASCII);
        return block;
    }
}
