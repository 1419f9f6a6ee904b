using System.Net;
using System.Net.Sockets;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Telemetry;
using Coffer.Oci;
using Coffer.Service.Metrics;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Telemetry;

[Collection(OneMeter.Name)]
public sealed class MetricsEndpointTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Metrics_are_shown_on_a_loopback_address_and_on_a_socket_of_the_owner()
    {
        var (port, path) = (LoopbackPort.Free(), _folder.Combine("metrics.sock"));
        await using (var telemetry = await StartAsync(new MetricsSettings(new IPEndPoint(IPAddress.Loopback, port), path)))
        {
            telemetry.Observer.CallFinished(Calls.Unwrapped());
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            foreach (var socket in new[] { null, path })
            {
                using var client = Client(socket);
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
                Assert.Contains("coffer_keyprovider_calls_total{operation=\"unwrap\",outcome=\"ok\",origin=\"source\"} 1\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    public async Task Nothing_else_is_answered(string method, string path, HttpStatusCode status)
    {
        var socket = _folder.Combine("metrics.sock");
        await using var telemetry = await StartAsync(new MetricsSettings(Socket: socket));
        using var client = Client(socket);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"http://localhost{path}"));
        using var answer = await client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Socket_of_a_daemon_that_was_killed_is_taken_over()
    {
        var path = _folder.Combine("metrics.sock");
        Leave(path);
        await using var telemetry = await StartAsync(new MetricsSettings(Socket: path));
        using var client = Client(path);

        Assert.Contains("# TYPE", await client.GetStringAsync(new Uri("http://localhost/metrics")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_that_answers_and_file_that_is_none_are_left_alone()
    {
        var path = _folder.Combine("metrics.sock");
        await using var telemetry = await StartAsync(new MetricsSettings(Socket: path));
        Assert.Contains("the metrics cannot be shown: ", (await Assert.ThrowsAsync<CofferException>(() => StartAsync(new MetricsSettings(Socket: path)))).Message, StringComparison.Ordinal);
        using var client = Client(path);
        Assert.NotEmpty(await client.GetStringAsync(new Uri("http://localhost/metrics")));

        foreach (var content in new[] { "precious", "" })
        {
            var file = _folder.Write("file", content);
            await Assert.ThrowsAsync<CofferException>(() => StartAsync(new MetricsSettings(Socket: file)));
            Assert.Equal(content, await File.ReadAllTextAsync(file));
        }
    }

    [Fact]
    public async Task Address_in_use_is_one_clear_error()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var e = await Assert.ThrowsAsync<CofferException>(() => StartAsync(new MetricsSettings((IPEndPoint)other.LocalEndpoint)));

        Assert.StartsWith($"the metrics cannot be shown on {other.LocalEndpoint}: ", e.Message, StringComparison.Ordinal);
    }

    private static Task<DaemonTelemetry> StartAsync(MetricsSettings metrics) =>
        DaemonTelemetry.StartAsync(new KeyProviderSettings { Metrics = metrics }, Stream.Null, CancellationToken.None);

    // What stays when nobody was left to remove it: the platform's own socket would.
    private static void Leave(string path)
    {
        using var process = System.Diagnostics.Process.Start("python3", ["-c", $"import socket; s=socket.socket(socket.AF_UNIX); s.bind('{path}'); s.listen()"]);
        process.WaitForExit();
        Assert.True(File.Exists(path));
    }

    private static HttpClient Client(string? socket) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = socket is null ? null : async (_, cancelled) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancelled);
            return new NetworkStream(connection, ownsSocket: true);
        },
    });
}
