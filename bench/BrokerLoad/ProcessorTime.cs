using System.Diagnostics;

namespace Coffer.Bench.Broker;

/// <summary>What a process has used of the processors, by the system's account of it.</summary>
internal static class ProcessorTime
{
    public static TimeSpan Of(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.TotalProcessorTime;
    }
}
