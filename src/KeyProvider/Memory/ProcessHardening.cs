using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Memory;

/// <summary>
/// Keeps the memory of this process from other eyes: no core file, and no reading through <c>ptrace</c> or <c>/proc/PID/mem</c>
/// by other processes of the same user. What could be achieved is for the log; failure of either is no reason to stop.
/// </summary>
/// <param name="CoreFilesOff">RLIMIT_CORE is 0, soft and hard; a pipe in <c>core_pattern</c> ignores it, and the second measure covers that.</param>
/// <param name="IsUndumpable"><c>PR_SET_DUMPABLE</c> is 0.</param>
/// <remarks>
/// An undumpable process without root's rights owns its <c>/proc/self</c> no longer: files there that only the owner may read
/// (<c>environ</c>, <c>mem</c>) are closed even to itself. Those that all may read (<c>maps</c>, <c>status</c>, <c>mountinfo</c>,
/// <c>cgroup</c>) and <c>fd</c> and <c>exe</c> stay open to itself, and the runtime needs no others.
/// </remarks>
public sealed partial record ProcessHardening(bool CoreFilesOff, bool IsUndumpable)
{
    private const int CoreFileSize = 4; // RLIMIT_CORE
    private const int GetDumpable = 3;
    private const int SetDumpable = 4;

    /// <summary>Applies both, which cannot be undone for the first. Child processes inherit the first alone.</summary>
    public static ProcessHardening Apply()
    {
        var none = default(ResourceLimit);
        var coreFilesOff = SetLimit(CoreFileSize, in none) == 0;
        _ = ProcessControl(SetDumpable, 0, 0, 0, 0);
        return new ProcessHardening(coreFilesOff, ProcessControl(GetDumpable, 0, 0, 0, 0) == 0);
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public nuint Soft; // bytes
        public nuint Hard;
    }
}
