using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Files;

/// <summary>Where a path really leads (realpath, POSIX.1-2008).</summary>
internal static unsafe partial class ResolvedPath
{
    /// <summary>The path with every link resolved; null where it leads nowhere.</summary>
    public static string? Of(string path)
    {
        var found = RealPath(path, 0);
        if (found == 0) return null;
        try { return Marshal.PtrToStringUTF8(found); }
        finally { NativeMemory.Free((void*)found); }
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint resolved);
}
