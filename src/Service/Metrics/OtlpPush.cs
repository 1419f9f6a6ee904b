using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Coffer.Service.Metrics;

/// <summary>Pushes the meter's state to an OTLP endpoint from time to time, and a last time on disposal. That nobody takes it is no failure of the daemon's.</summary>
internal sealed class OtlpPush : IDisposable
{
    private const int LongestPush = 5000; // milliseconds

    private readonly MeterProvider _provider;

    /// <param name="meter">What is pushed.</param>
    /// <param name="endpoint">Over HTTP (protobuf) where it has a path, else over gRPC.</param>
    /// <param name="interval">Time between two pushes.</param>
    /// <param name="service">The service's name, such as <c>coffer-keyprovider</c>.</param>
    public OtlpPush(Meter meter, Uri endpoint, TimeSpan interval, string service)
    {
        // Not disposed here: the reader is the provider's, and disposes it.
        var exporter = new OtlpMetricExporter(new OtlpExporterOptions
        {
            Endpoint = endpoint,
            Protocol = endpoint.AbsolutePath == "/" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            TimeoutMilliseconds = LongestPush,
        });
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(meter.Name)
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(service))
            .AddReader(new PeriodicExportingMetricReader(exporter, (int)interval.TotalMilliseconds, LongestPush))
            .Build();
    }

    public void Dispose()
    {
        _provider.Shutdown(LongestPush);
        _provider.Dispose();
    }
}
