using System.Text;

namespace Coffer.Attestation.Measured.Systemd;

/// <summary>
/// A cpio archive (format newc) of one folder, as systemd-stub makes it for the initrd: no owner, no time, inodes from 1, so that it is the same
/// on every machine.
/// </summary>
internal static class StubArchive
{
    private const int Folder = 0x4000, File = 0x8000, FolderMode = 0x16d; // 0555

    /// <summary>The archive's bytes.</summary>
    /// <param name="folder">Such as <c>.extra/credentials</c>.</param>
    /// <param name="folderMode">Permissions of the last part of it; those before have 0555.</param>
    /// <param name="fileMode">Permissions of the files.</param>
    /// <param name="files">Names and contents, in order.</param>
    public static byte[] Make(string folder, int folderMode, int fileMode, IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using var archive = new MemoryStream();
        var inode = 1;
        for (var slash = folder.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = folder.IndexOf('/', slash + 1))
        {
            Entry(archive, inode++, Folder | FolderMode, folder[..slash], []);
        }
        Entry(archive, inode++, Folder | folderMode, folder, []);
        foreach (var (name, content) in files) Entry(archive, inode++, File | fileMode, $"{folder}/{name}", content);
        // The last entry's name length stands in capitals, and its padding is one zero longer than for others.
        archive.Write(Encoding.ASCII.GetBytes($"070701{new string('0', 32)}00000001{new string('0', 48)}0000000B00000000TRAILER!!!\0\0\0\0"));
        return archive.ToArray();
    }

    /// <summary>How many zeros bring a length to a multiple of 4.</summary>
    public static int Padding(long length) => (int)(-length & 3);

    private static void Entry(MemoryStream archive, int inode, int mode, string path, byte[] content)
    {
        var name = Encoding.ASCII.GetBytes(path + '\0');
        archive.Write("070701"u8);
        foreach (var number in (ReadOnlySpan<int>)[inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length, 0]) archive.Write(Encoding.ASCII.GetBytes($"{number:x8}"));
        archive.Write(name);
        archive.Write(new byte[Padding(archive.Length)]);
        archive.Write(content);
        archive.Write(new byte[Padding(archive.Length)]);
    }
}
