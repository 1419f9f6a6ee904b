using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;

namespace Coffer.KeyProvider.Tests.Daemon;

public sealed class ServiceTests
{
    [Theory]
    [InlineData("")]
    [InlineData("keyprovider.KeyProviderService")]
    public async Task Health_is_told_for_the_server_and_the_service(string name)
    {
        await using var daemon = await TestDaemon.StartAsync();
        using var client = daemon.Client();

        var answer = await client.Health.CheckAsync(new HealthCheckRequest { Service = name });

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task Health_of_a_service_that_is_not_there_is_not_found()
    {
        await using var daemon = await TestDaemon.StartAsync();
        using var client = daemon.Client();

        var failure = await DaemonClient.FailureAsync(async () => await client.Health.CheckAsync(new HealthCheckRequest { Service = "other.Service" }));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task A_watcher_hears_of_the_stop_and_does_not_hold_it_up()
    {
        await using var daemon = await TestDaemon.StartAsync();
        using var client = daemon.Client();
        using var watch = client.Health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);

        var stop = daemon.Daemon.StopAsync();

        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        Assert.Equal(0, await stop.WaitAsync(TestDaemon.Patience));
    }

    [Fact]
    public async Task Reflection_lists_and_describes_the_services()
    {
        await using var daemon = await TestDaemon.StartAsync();
        using var client = daemon.Client();
        var reflection = new ServerReflection.ServerReflectionClient(client.Channel);
        using var stream = reflection.ServerReflectionInfo();

        await stream.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await stream.ResponseStream.MoveNext());
        var listed = stream.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).Order();
        await stream.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "keyprovider.KeyProviderService" });
        Assert.True(await stream.ResponseStream.MoveNext());
        var file = stream.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto[0];

        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "keyprovider.KeyProviderService"], listed);
        Assert.Contains("UnWrapKey", file.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reflection_of_the_newer_version_is_there_too()
    {
        await using var daemon = await TestDaemon.StartAsync();
        using var client = daemon.Client();
        var reflection = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(client.Channel);
        using var stream = reflection.ServerReflectionInfo();

        await stream.RequestStream.WriteAsync(new() { ListServices = "" });

        Assert.True(await stream.ResponseStream.MoveNext());
        Assert.Contains(stream.ResponseStream.Current.ListServicesResponse.Service, s => s.Name == "keyprovider.KeyProviderService");
    }

    [Fact]
    public async Task The_daemon_can_ask_itself_how_it_is()
    {
        await using var daemon = await TestDaemon.StartAsync();

        Assert.Null(await daemon.Daemon.ProbeAsync(CancellationToken.None));

        await daemon.Daemon.StopAsync();
        Assert.NotNull(await daemon.Daemon.ProbeAsync(CancellationToken.None));
    }
}
