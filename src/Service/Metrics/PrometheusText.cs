using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Coffer.Service.Metrics;

/// <summary>
/// Listens to one meter and shows it in Prometheus' text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/). Made before the instruments, so that nothing is missed.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _observing = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = [];
    private readonly MeterListener _listener = new();

    /// <param name="meter">Whose instruments are shown.</param>
    public PrometheusText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, meter)) return;
            var family = new MetricFamily(instrument);
            if (_families.TryAdd(family.Name, family)) listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => (family as MetricFamily)?.Measure(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => (family as MetricFamily)?.Measure(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => (family as MetricFamily)?.Measure(value, tags));
        _listener.Start();
    }

    /// <summary>Everything measured so far.</summary>
    public string Render()
    {
        lock (_observing) _listener.RecordObservableInstruments();
        var text = new StringBuilder(4096);
        foreach (var family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {family.Help}\n# TYPE {family.Name} {family.Kind}\n");
            foreach (var series in family.Series) Render(family, series, text);
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void Render(MetricFamily family, MetricSeries series, StringBuilder text)
    {
        var (sum, count, buckets) = series.Read();
        if (family.Kind != "histogram")
        {
            Line(text, family.Name, series.Labels, sum);
            return;
        }
        foreach (var (bound, below) in buckets) Line(text, $"{family.Name}_bucket", With(series.Labels, Number(bound)), below);
        Line(text, $"{family.Name}_bucket", With(series.Labels, "+Inf"), count);
        Line(text, $"{family.Name}_sum", series.Labels, sum);
        Line(text, $"{family.Name}_count", series.Labels, count);
    }

    private static string With(string labels, string bound) => $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{bound}\"";

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(Number(value)).Append('\n');

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
