using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Service.Files;

/// <summary>What the system says of a file (statx, Linux man-pages 2): which it is, who owns it, who may use it, when it was last written.</summary>
internal readonly partial record struct FileFacts(
    FileIdentity Identity, uint Owner, UnixFileMode Mode, FileFacts.Kind Type, long Size, DateTimeOffset Modified)
{
    private const int AtWorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const int OfTheFileItself = 0x1000;
    private const uint BasicFacts = 0x7ff;

    public enum Kind
    {
        Other,
        File,
        Directory,
        Link,
        Socket,
    }

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser { get; } = EffectiveUser();

    /// <summary>Owned by this process's user or by root.</summary>
    public bool IsOurs => Owner == 0 || Owner == CurrentUser;

    public bool OthersMay(UnixFileMode what) => (Mode & what) != 0;

    /// <summary>Of a path; a link at its end is not followed. Null where nothing is there or it cannot be reached.</summary>
    public static FileFacts? Of(string path) => StatX(AtWorkingDirectory, path, NoFollow, BasicFacts, out var found) == 0 ? From(found) : null;

    /// <summary>Of an open file.</summary>
    public static FileFacts? Of(SafeFileHandle file)
    {
        var taken = false;
        try
        {
            file.DangerousAddRef(ref taken);
            return StatX((int)file.DangerousGetHandle(), "", OfTheFileItself, BasicFacts, out var found) == 0 ? From(found) : null;
        }
        finally
        {
            if (taken) file.DangerousRelease();
        }
    }

    private static FileFacts From(in Stat stat) => new(
        new FileIdentity(stat.DeviceMajor, stat.DeviceMinor, stat.Inode), stat.Owner, (UnixFileMode)(stat.Mode & 0xfff),
        (stat.Mode & 0xf000) switch { 0x8000 => Kind.File, 0x4000 => Kind.Directory, 0xa000 => Kind.Link, 0xc000 => Kind.Socket, _ => Kind.Other },
        (long)stat.Size, DateTimeOffset.FromUnixTimeSeconds(stat.ModifiedSeconds));

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out Stat found);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    // struct statx of the kernel, 256 bytes, the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Stat
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
