using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.KeyBroker.Files;

/// <summary>Who owns a file, and who this process acts as (statx, Linux man-pages 2).</summary>
internal static partial class FileOwner
{
    private const int AtWorkingDirectory = -100;
    private const int OfTheFileItself = 0x1000; // AT_EMPTY_PATH
    private const uint OwnerOnly = 0x8; // STATX_UID

    /// <summary>The user root.</summary>
    public const uint Root = 0;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser { get; } = EffectiveUser();

    /// <summary>Of what the path leads to; null where that is nothing, or cannot be reached.</summary>
    public static uint? Of(string path) => StatX(AtWorkingDirectory, path, 0, OwnerOnly, out var found) == 0 ? found.Owner : null;

    /// <summary>Of an open file; null where the system does not say.</summary>
    public static uint? Of(SafeFileHandle file)
    {
        var taken = false;
        try
        {
            file.DangerousAddRef(ref taken);
            return StatX((int)file.DangerousGetHandle(), "", OfTheFileItself, OwnerOnly, out var found) == 0 ? found.Owner : null;
        }
        finally
        {
            if (taken) file.DangerousRelease();
        }
    }

    /// <summary>Whether the owner is this process's user or root.</summary>
    public static bool IsOurs(uint owner) => owner == Root || owner == CurrentUser;

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
    }
}
