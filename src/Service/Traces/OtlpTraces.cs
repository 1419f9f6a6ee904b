using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Coffer.Service.Traces;

/// <summary>
/// Sends spans to an OTLP endpoint, in batches from a thread of its own, and what is left on disposal. That nobody takes them is no
/// failure of the service's. A trace that came from elsewhere is recorded where its caller recorded it, one of our own always, and of both no
/// more than <see cref="MostPerSecond"/>.
/// </summary>
internal sealed class OtlpTraces : IDisposable
{
    /// <summary>How long a push may take, in milliseconds.</summary>
    public const int UsualPush = 5000;

    /// <summary>How many traces are recorded in a second.</summary>
    public const int MostPerSecond = 100;

    private readonly int _longestPush;

    private readonly TracerProvider _provider;

    /// <param name="endpoint">Over HTTP (protobuf) where it has a path, such as <c>/v1/traces</c>, else over gRPC.</param>
    /// <param name="service">The service's name, such as <c>coffer-broker</c>.</param>
    /// <param name="sources">Whose spans are sent.</param>
    /// <param name="longestPush">How long one push, and the last one at the end, may take, in milliseconds.</param>
    public OtlpTraces(Uri endpoint, string service, string[] sources, int longestPush = UsualPush)
    {
        _longestPush = longestPush;
        var bounded = new BoundedSampler(MostPerSecond, TimeProvider.System);
#pragma warning disable CA2000 // the provider disposes its processor, and that its exporter
        var exporter = new OtlpTraceExporter(new OtlpExporterOptions
        {
            Endpoint = endpoint,
            Protocol = endpoint.AbsolutePath == "/" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            TimeoutMilliseconds = longestPush,
        });
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(sources)
            .SetSampler(new ParentBasedSampler(bounded, remoteParentSampled: bounded))
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(service))
            .AddProcessor(new BatchActivityExportProcessor(exporter, exporterTimeoutMilliseconds: longestPush))
            .Build();
#pragma warning restore CA2000
    }

    public void Dispose()
    {
        _provider.Shutdown(_longestPush);
        _provider.Dispose();
    }
}
