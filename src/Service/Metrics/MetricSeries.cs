namespace Coffer.Service.Metrics;

/// <summary>What was measured under one set of labels.</summary>
/// <param name="labels">As they are written, without braces; empty for none.</param>
/// <param name="bounds">Upper bounds of a histogram's buckets, ascending; empty where it is none.</param>
internal sealed class MetricSeries(string labels, IReadOnlyList<double> bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _buckets = new long[bounds.Count + 1];
    private double _sum;
    private long _count;

    public string Labels { get; } = labels;

    /// <param name="value">What was measured.</param>
    /// <param name="sets">True where the value is the new state, false where it is added to the old one.</param>
    public void Measure(double value, bool sets)
    {
        lock (_lock)
        {
            _sum = sets ? value : _sum + value;
            _count++;
            var bucket = 0;
            while (bucket < bounds.Count && value > bounds[bucket]) bucket++;
            _buckets[bucket]++;
        }
    }

    /// <summary>Sum, count, and for each bound how many were not above it.</summary>
    public (double Sum, long Count, IReadOnlyList<(double Bound, long Count)> Buckets) Read()
    {
        lock (_lock)
        {
            var below = 0L;
            return (_sum, _count, [.. bounds.Select((bound, i) => (bound, below += _buckets[i]))]);
        }
    }
}
