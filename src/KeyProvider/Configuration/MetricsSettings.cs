using System.Net;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Where metrics are shown and sent.</summary>
/// <param name="Address">A loopback address that serves <c>/metrics</c> in Prometheus' text format; null for none.</param>
/// <param name="Socket">The same on a Unix socket (mode 0600); null for none.</param>
/// <param name="Otlp">An OTLP/gRPC or OTLP/HTTP endpoint to which they are pushed; null for none.</param>
public sealed record MetricsSettings(IPEndPoint? Address = null, string? Socket = null, Uri? Otlp = null);
