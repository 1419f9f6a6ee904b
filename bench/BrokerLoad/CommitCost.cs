using System.Diagnostics;

namespace Coffer.Bench.Broker;

/// <summary>What a durable commit costs at least: one page of 4096 bytes appended to a file, and synced.</summary>
internal static class CommitCost
{
    /// <summary>Its median in microseconds.</summary>
    public static double Measure(string folder, TimeSpan time)
    {
        var file = Path.Combine(folder, "commit-cost");
        var page = new byte[4096];
        var taken = new List<long>();
        try
        {
            using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < time;)
            {
                var sent = Stopwatch.GetTimestamp();
                stream.Write(page);
                stream.Flush(flushToDisk: true);
                taken.Add(Stopwatch.GetTimestamp() - sent);
            }
        }
        finally
        {
            File.Delete(file);
        }
        return Figures.Of(taken, time).Microseconds(0.5);
    }
}
