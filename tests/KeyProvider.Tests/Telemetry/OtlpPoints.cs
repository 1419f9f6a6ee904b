using Google.Protobuf;

namespace Coffer.KeyProvider.Tests.Telemetry;

/// <summary>
/// What an OTLP metrics request holds (opentelemetry/proto/metrics/v1/metrics.proto), by metric and attributes:
/// <c>coffer.keyprovider.calls{operation=unwrap}</c>. A histogram is its count.
/// </summary>
internal sealed class OtlpPoints : Dictionary<string, double>
{
    public string Service { get; private set; } = "";

    public static OtlpPoints Decode(byte[] request)
    {
        var points = new OtlpPoints();
        foreach (var resourceMetrics in Children(request, 1))
        {
            foreach (var attribute in Children(resourceMetrics, 1).SelectMany(r => Children(r, 1)).Select(Attribute)) if (attribute.Name == "service.name") points.Service = attribute.Value;
            foreach (var metric in Children(resourceMetrics, 2).SelectMany(s => Children(s, 2))) points.Read(metric);
        }
        return points;
    }

    // Metric: name 1, gauge 5, sum 7, histogram 9; each has data points in 1.
    private void Read(byte[] metric)
    {
        var name = System.Text.Encoding.UTF8.GetString(Children(metric, 1).Single());
        foreach (var point in Children(metric, 5).Concat(Children(metric, 7)).SelectMany(d => Children(d, 1))) this[Key(name, point, 7)] = Number(point, 4, 6);
        foreach (var point in Children(metric, 9).SelectMany(d => Children(d, 1))) this[Key(name, point, 9)] = Number(point, 0, 4);
    }

    private static string Key(string name, byte[] point, int attributes) =>
        $"{name}{{{string.Join(',', Children(point, attributes).Select(Attribute).OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{a.Name}={a.Value}"))}}}";

    private static (string Name, string Value) Attribute(byte[] pair) =>
        (System.Text.Encoding.UTF8.GetString(Children(pair, 1).Single()), System.Text.Encoding.UTF8.GetString(Children(pair, 2).SelectMany(v => Children(v, 1)).FirstOrDefault() ?? []));

    // A double in one field, or a fixed 64-bit integer in the other.
    private static double Number(byte[] message, int asDouble, int asInteger)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == asDouble) return input.ReadDouble();
            if (WireFormat.GetTagFieldNumber(tag) == asInteger) return input.ReadSFixed64();
            input.SkipLastField();
        }
        return 0;
    }

    private static List<byte[]> Children(byte[] message, int field)
    {
        var children = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited) children.Add(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }
        return children;
    }
}
