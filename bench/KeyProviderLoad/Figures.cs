using System.Diagnostics;
using System.Globalization;

namespace Coffer.Bench;

/// <summary>What a load run showed. Latencies in microseconds.</summary>
internal sealed record Figures(double CallsPerSecond, double Median, double NinetyNinth)
{
    public static Figures Of(long[] ticks, TimeSpan elapsed)
    {
        Array.Sort(ticks);
        return new Figures(ticks.Length / elapsed.TotalSeconds, Microseconds(0.5), Microseconds(0.99));

        double Microseconds(double quantile) => ticks.Length == 0 ? 0 : ticks[(int)((ticks.Length - 1) * quantile)] * 1e6 / Stopwatch.Frequency;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CallsPerSecond:0} {Median:0} {NinetyNinth:0}");
}
