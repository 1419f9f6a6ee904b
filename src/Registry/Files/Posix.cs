using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Files;

/// <summary>The calls on directories that .NET has no words for: locking them, syncing them, finding their real path.</summary>
internal static partial class Posix
{
    private const int CloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockWithoutWaiting = 4;
    private const int WouldBlock = 11;
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE

    /// <summary>Opens a directory; the caller disposes the handle. Its lock goes with it, also when the process is killed.</summary>
    public static SafeFileHandle OpenDirectory(string path)
    {
        var descriptor = Open(path, CloseOnExec, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failed(path);
    }

    /// <summary>Takes the exclusive lock if nobody else has it (flock(2): one holder for each open handle, of any process).</summary>
    public static bool TryLock(SafeFileHandle directory, string path)
    {
        if (Flock(directory, LockExclusive | LockWithoutWaiting) == 0) return true;
        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw Failed(path);
    }

    /// <summary>Makes the names in a directory survive a power cut.</summary>
    public static void SyncDirectory(string path)
    {
        using var directory = OpenDirectory(path);
        if (Fsync(directory) != 0) throw Failed(path);
    }

    /// <summary>
    /// Asks the kernel to begin writing a part of a file to the disk, so that a later sync has less to wait for. Promises
    /// nothing: where it fails, the sync does all of the work.
    /// </summary>
    public static void BeginWriteback(SafeFileHandle file, long offset, long bytes) => _ = SyncFileRange(file, offset, bytes, StartWriting);

    /// <summary>The path with every link resolved; null where it does not exist.</summary>
    public static unsafe string? RealPath(string path)
    {
        var found = RealPath(path, 0);
        if (found == 0) return null;
        try { return Marshal.PtrToStringUTF8(found); }
        finally { NativeMemory.Free((void*)found); }
    }

    private static Exception Failed(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var cause = new Win32Exception(error);
        return error is 1 or 13
            ? new UnauthorizedAccessException($"{path}: {cause.Message}", cause)
            : error == 2 ? new DirectoryNotFoundException($"{path}: {cause.Message}", cause)
            : new IOException($"{path}: {cause.Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle handle, long offset, long bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint resolved);
}
