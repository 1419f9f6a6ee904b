using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Memory;

/// <summary>The calls of Linux for pages that hold secrets.</summary>
internal static partial class MemoryCalls
{
    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private const int DontDump = 16;
    private const int WipeOnFork = 18;

    /// <summary>Fresh zeroed memory; <paramref name="length"/> in bytes, whole pages.</summary>
    public static nint Map(nuint length)
    {
        var address = MMap(0, length, ReadWrite, PrivateAnonymous, -1, 0);
        return address != -1 ? address : throw new InsufficientMemoryException($"no {length} bytes of memory for a secret");
    }

    /// <summary>Keeps pages out of swap; false where the system does not permit it.</summary>
    public static bool TryLock(nint address, nuint length) => MLock(address, length) == 0;

    /// <summary>Leaves pages out of core dumps and out of child processes. A kernel too old for either is no reason to fail.</summary>
    public static void KeepToThisProcess(nint address, nuint length)
    {
        _ = MAdvise(address, length, DontDump);
        _ = MAdvise(address, length, WipeOnFork);
    }

    /// <summary>Gives pages back, which unlocks them.</summary>
    public static void Unmap(nint address, nuint length) => _ = MUnmap(address, length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mlock")]
    private static partial int MLock(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(nint address, nuint length, int advice);
}
