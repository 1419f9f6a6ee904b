using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Telemetry;
using Coffer.Service.Metrics;

namespace Coffer.KeyProvider.Tests.Telemetry;

[Collection(OneMeter.Name)]
public sealed class OtlpPushTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Metrics_arrive_with_names_labels_and_values(bool grpc)
    {
        await using var receiver = await OtlpReceiver.StartAsync(grpc);
        var endpoint = grpc ? receiver.Address : new Uri(receiver.Address, "/v1/metrics");
        await using (var telemetry = await StartAsync(endpoint))
        {
            for (var i = 0; i < 3; i++) telemetry.Observer.CallFinished(Calls.Unwrapped());
            telemetry.Observer.CallFinished(Calls.Failed(FailureReason.Denied, "no"));
        }
        var points = await receiver.NextAsync();

        Assert.Equal("coffer-keyprovider", points.Service);
        Assert.Equal(3, points["coffer.keyprovider.calls{operation=unwrap,origin=source,outcome=ok}"]);
        Assert.Equal(1, points["coffer.keyprovider.failures{reason=denied}"]);
        Assert.Equal(0, points["coffer.keyprovider.failures{reason=timeout}"]);
        Assert.Equal(3, points["coffer.keyprovider.call.duration{operation=unwrap,outcome=ok}"]);
        Assert.Equal(0, points["coffer.keyprovider.calls.running{}"]);
    }

    [Fact]
    public async Task Push_is_repeated()
    {
        await using var receiver = await OtlpReceiver.StartAsync(grpc: false);
        await using var telemetry = await StartAsync(new Uri(receiver.Address, "/v1/metrics"), TimeSpan.FromSeconds(1));
        await receiver.NextAsync();
        telemetry.Observer.CallFinished(Calls.Unwrapped());

        for (var pushes = 0; !(await receiver.NextAsync()).ContainsKey("coffer.keyprovider.calls{operation=unwrap,origin=source,outcome=ok}"); pushes++) Assert.True(pushes < 60);
    }

    [Fact]
    public async Task Nobody_at_the_endpoint_is_no_failure()
    {
        await using var telemetry = await StartAsync(new Uri($"http://127.0.0.1:{Coffer.Support.LoopbackPort.Free()}"));
        telemetry.Observer.CallFinished(Calls.Unwrapped());
    }

    private static Task<DaemonTelemetry> StartAsync(Uri endpoint, TimeSpan interval = default) =>
        DaemonTelemetry.StartAsync(new KeyProviderSettings { Metrics = new MetricsSettings(Otlp: endpoint, OtlpInterval: interval) }, Stream.Null, CancellationToken.None);
}
