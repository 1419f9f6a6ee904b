using System.Globalization;
using System.Net;
using System.Text;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Service.Metrics;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Seen;

/// <summary>What a broker counts, after a machine has enrolled, attested, been let in and been refused.</summary>
public sealed class MetricsTests : IDisposable
{
    private const string Path = "default/image-kek/one";

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_machines_and_administrators_did_is_counted_and_Prometheus_own_checker_has_nothing_to_say()
    {
        var port = LoopbackPort.Free();
        await using var broker = await StartAsync(new MetricsSettings(new IPEndPoint(IPAddress.Loopback, port)));
        var host = await LiveAsync(broker);
        using var client = new HttpClient();
        var text = "";
        await Until.TrueAsync(async () =>
        {
            text = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), TestContext.Current.CancellationToken);
            return text.Contains("coffer_broker_hosts{state=\"approved\"} 1\n", StringComparison.Ordinal);
        });

        Assert.Equal(1, Value(text, "coffer_broker_attestations_total{tee=\"tpm\",outcome=\"ok\"}"));
        Assert.Equal(1, Value(text, "coffer_broker_attestations_total{tee=\"tpm\",outcome=\"unauthenticated\"}"));
        Assert.Equal(1, Value(text, "coffer_broker_releases_total{outcome=\"ok\"}"));
        Assert.Equal(1, Value(text, "coffer_broker_releases_total{outcome=\"denied\"}"));
        Assert.Equal(0, Value(text, "coffer_broker_releases_total{outcome=\"failed\"}"));
        Assert.Equal(1, Value(text, "coffer_broker_denials_total{fault=\"denied\"}"));
        Assert.Equal(2, Value(text, "coffer_broker_denials_total{fault=\"unauthenticated\"}"));
        Assert.Equal(1, Value(text, "coffer_broker_requests_total{method=\"PUT\",route=\"/api/v1/policies/{name}\",status=\"200\"}"));
        Assert.Equal(1, Value(text, "coffer_broker_requests_total{method=\"GET\",route=\"/kbs/v0/resource/{*path}\",status=\"403\"}"));
        Assert.Equal(2, Value(text, "coffer_broker_sessions"));
        Assert.InRange(Value(text, "coffer_broker_audit_sequence"), 5, 100);
        Assert.InRange(Value(text, "coffer_broker_token_key_age_seconds"), 0, 600);
        Assert.InRange(Value(text, "coffer_broker_certificate_expiry_seconds{certificate=\"server\"}"), 29 * 86_400, 31 * 86_400);
        Assert.True(Value(text, "coffer_broker_store_duration_seconds_count{operation=\"write\",outcome=\"ok\"}") >= 5);
        Assert.DoesNotContain(host, text, StringComparison.Ordinal);
        Assert.DoesNotContain("image-kek", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node-1", text, StringComparison.Ordinal);

        var check = await Tool.RunAsync(Peers.Require("promtool"), ["check", "metrics"], new ToolOptions { Input = Encoding.UTF8.GetBytes(text) });
        Assert.Equal("", check.ShouldSucceed().Output + check.Error);
    }

    [Fact]
    public async Task Whatever_is_asked_for_makes_no_new_series()
    {
        var socket = _folder.Combine("metrics.sock");
        await using var broker = await StartAsync(new MetricsSettings(Socket: socket));
        for (var i = 0; i < 300; i++) await broker.SendAsync("GET", i % 3 == 0 ? $"policies/p{i}" : i % 3 == 1 ? $"/kbs/v0/resource/a/b/c{i}" : $"/nothing{i}", broker.AdminToken);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
        var run = await Peers.RunAsync("curl", "--silent", "--fail", "--unix-socket", socket, "http://localhost/metrics");
        var requests = run.ShouldSucceed().Output.Split('\n').Where(l => l.StartsWith("coffer_broker_requests_total{", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, requests.Count);
        Assert.Equal(300, requests.Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)));
    }

    private Task<ServingBroker> StartAsync(MetricsSettings metrics) => ServingBroker.StartAsync(new BrokerSettings { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"], Metrics = metrics });

    // One release, one denial by policy, one attestation that does not hold, one request without a credential.
    private static async Task<string> LiveAsync(ServingBroker broker)
    {
        using var vendor = new TestAuthority();
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        (await broker.AdminAsync("PUT", "policies/tpm-node", PolicyExamples.Read("tpm-node"))).ShouldBe(200);
        (await broker.AdminAsync("PUT", $"resources/{Path}", "0123456789abcdef0123456789abcdef")).ShouldBe(200);
        using var machine = new FakeMachine(broker, vendor);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        var token = await machine.TokenAsync();
        (await machine.GetAsync(Path, token)).ShouldBe(200);
        (await machine.GetAsync("other/secret/one", token)).ShouldBe(403);
        var (cookie, _) = await machine.AuthAsync();
        (await machine.AttestAsync(cookie, machine.Attestation(Convert.ToBase64String(new byte[32])))).ShouldBe(401);
        (await broker.SendAsync("GET", "hosts")).ShouldBe(401);
        return host;
    }

    private static double Value(string text, string series) =>
        double.Parse(Assert.Single(text.Split('\n'), l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);
}
