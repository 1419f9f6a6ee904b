using System.Net;

namespace Coffer.Service.Metrics;

/// <summary>Where metrics are shown and sent.</summary>
/// <param name="Address">A loopback address that serves <c>/metrics</c> in Prometheus' text format; null for none.</param>
/// <param name="Socket">The same on a Unix socket (mode 0600); null for none.</param>
/// <param name="Otlp">An endpoint to which they are pushed, OTLP/HTTP where it has a path such as <c>/v1/metrics</c>, else OTLP/gRPC; null for none.</param>
/// <param name="OtlpInterval">Time between two pushes.</param>
public sealed record MetricsSettings(IPEndPoint? Address = null, string? Socket = null, Uri? Otlp = null, TimeSpan OtlpInterval = default)
{
    /// <summary>60 seconds.</summary>
    public static readonly TimeSpan DefaultOtlpInterval = TimeSpan.FromSeconds(60);

    /// <summary>As above; never zero.</summary>
    public TimeSpan OtlpInterval { get; init; } = OtlpInterval == default ? DefaultOtlpInterval : OtlpInterval;
}
