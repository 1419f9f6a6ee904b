using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Coffer.Service.Metrics;

/// <summary>All that one instrument has measured, by its labels' values.</summary>
internal sealed class MetricFamily
{
    private const int MostSeries = 1024; // labels have few values by design; a mistake must not fill the memory

    private readonly ConcurrentDictionary<(string?, string?, string?), MetricSeries> _series = [];
    private readonly Instrument _instrument;
    private readonly IReadOnlyList<double> _bounds;

    public MetricFamily(Instrument instrument)
    {
        _instrument = instrument;
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
        Name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "") + (Kind == "counter" ? "_total" : "");
    }

    /// <summary>As Prometheus names it.</summary>
    public string Name { get; }

    public string Help => _instrument.Description ?? "";

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public string Kind => _instrument is Histogram<double> ? "histogram" : _instrument is ObservableGauge<int> or ObservableGauge<long> or ObservableGauge<double> ? "gauge" : "counter";

    /// <summary>In a fixed order.</summary>
    public IEnumerable<MetricSeries> Series => _series.OrderBy(s => s.Key).Select(s => s.Value);

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (Value(tags, 0), Value(tags, 1), Value(tags, 2));
        if (!_series.TryGetValue(key, out var series))
        {
            if (_series.Count >= MostSeries) return;
            series = _series.GetOrAdd(key, static (_, made) => made, new MetricSeries(Labels(tags), _bounds));
        }
        series.Measure(value, sets: _instrument.IsObservable);
    }

    private static string? Value(ReadOnlySpan<KeyValuePair<string, object?>> tags, int at) => at < tags.Length ? tags[at].Value as string : null;

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var tag in tags) labels.Add($"{tag.Key}=\"{Escaped(tag.Value as string ?? "")}\"");
        return string.Join(',', labels);
    }

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
