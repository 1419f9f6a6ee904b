using System.Diagnostics;
using System.Globalization;

namespace Coffer.Bench.Broker;

/// <summary>What a load showed.</summary>
/// <param name="Count">How often it was done.</param>
/// <param name="Elapsed">In what time.</param>
/// <param name="Sorted">Latencies in ticks of the stopwatch, the shortest first.</param>
internal sealed record Figures(int Count, TimeSpan Elapsed, long[] Sorted)
{
    public static Figures Of(IEnumerable<long> ticks, TimeSpan elapsed)
    {
        var sorted = ticks.Order().ToArray();
        return new Figures(sorted.Length, elapsed, sorted);
    }

    /// <summary>The latency that a share of them kept below, in microseconds.</summary>
    public double Microseconds(double quantile) => Sorted.Length == 0 ? 0 : Sorted[(int)((Sorted.Length - 1) * quantile)] * 1e6 / Stopwatch.Frequency;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count / Elapsed.TotalSeconds:0} {Microseconds(0.5):0} {Microseconds(0.99):0}");
}
