using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coffer.Service.Traces;

/// <summary>
/// Sends spans to an OTLP endpoint, in batches from a thread of its own, and what is left on disposal. That nobody takes them is no
/// failure of the service's. A trace that came from elsewhere is recorded where its caller recorded it, one of our own always.
/// </summary>
internal sealed class OtlpTraces : IDisposable
{
    private const int LongestPush = 5000; // milliseconds

    private readonly TracerProvider _provider;

    /// <param name="endpoint">Over HTTP (protobuf) where it has a path, such as <c>/v1/traces</c>, else over gRPC.</param>
    /// <param name="service">The service's name, such as <c>coffer-broker</c>.</param>
    /// <param name="sources">Whose spans are sent.</param>
    public OtlpTraces(Uri endpoint, string service, params string[] sources)
    {
#pragma warning disable CA2000 // the provider disposes its processor, and that its exporter
        var exporter = new OtlpTraceExporter(new OtlpExporterOptions
        {
            Endpoint = endpoint,
            Protocol = endpoint.AbsolutePath == "/" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            TimeoutMilliseconds = LongestPush,
        });
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(sources)
            .SetSampler(new ParentBasedSampler(new AlwaysOnSampler()))
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(service))
            .AddProcessor(new BatchActivityExportProcessor(exporter, exporterTimeoutMilliseconds: LongestPush))
            .Build();
#pragma warning restore CA2000
    }

    public void Dispose()
    {
        _provider.Shutdown(LongestPush);
        _provider.Dispose();
    }
}
