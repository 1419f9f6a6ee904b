using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Coffer.Bench.Broker;

/// <summary>What a process or a thread has used of the processors, by the system's account of it.</summary>
internal static partial class ProcessorTime
{
    private const int Thread = 3; // CLOCK_THREAD_CPUTIME_ID

    public static TimeSpan Of(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.TotalProcessorTime;
    }

    /// <summary>Of the thread that asks.</summary>
    public static TimeSpan OfThread()
    {
        if (GetTime(Thread, out var time) != 0) throw new InvalidOperationException("the system does not say what a thread has used");
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out TimeOfClock time);

    private readonly record struct TimeOfClock(nint Seconds, nint Nanoseconds);
}
