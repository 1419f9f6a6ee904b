using System.Diagnostics;

namespace Coffer.Bench.Broker;

/// <summary>Sessions that are opened and left.</summary>
internal static class OpenSessions
{
    public static async Task<Figures> OpenAsync(string url, string ca, int count, int connections)
    {
        var (left, begin) = (count, Stopwatch.GetTimestamp());
        var latencies = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var connection = new Connection(url, ca);
            var mine = new List<long>();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var sent = Stopwatch.GetTimestamp();
                await Node.OpenAsync(connection);
                mine.Add(Stopwatch.GetTimestamp() - sent);
            }
            return mine;
        })));
        return Figures.Of(latencies.SelectMany(l => l), Stopwatch.GetElapsedTime(begin));
    }
}
