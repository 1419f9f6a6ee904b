using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Seen;

/// <summary>The spans of a machine's attestation and release, as a collector gets them.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Path = "default/image-kek/one", Secret = "0123456789abcdef0123456789abcdef";

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_trace_goes_through_request_verification_policy_release_and_store()
    {
        await using var receiver = new TraceReceiver();
        string token;
        await using (var broker = await ServingBroker.StartAsync(new BrokerSettings { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"], Traces = receiver.Address }))
        {
            token = await ReleaseAsync(broker);
        }

        var attest = Tree(receiver, "POST /kbs/v0/attest");
        Assert.Contains("verify", attest);
        Assert.Contains("store write", attest);
        var release = Tree(receiver, "GET /kbs/v0/resource/{*path}");
        Assert.Contains("release", release);
        Assert.Contains("policy", release);
        Assert.Contains("store write", release);
        Assert.All(receiver.Spans, s => Assert.DoesNotContain("image-kek", s.Text, StringComparison.Ordinal));
        Assert.All(receiver.Spans, s => Assert.DoesNotContain(Secret, s.Text, StringComparison.Ordinal));
        Assert.All(receiver.Spans, s => Assert.DoesNotContain(token, s.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00f067aa0ba902b7")] // W3C Trace Context, section 3.2.2.4
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", null)] // its caller does not record it
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", "")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "")]
    public async Task Callers_trace_is_continued_where_it_is_one_and_recorded(string traceParent, string? parent)
    {
        await using var receiver = new TraceReceiver();
        await using (var broker = await ServingBroker.StartAsync(new BrokerSettings { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"], Traces = receiver.Address }))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{broker.Address}/.well-known/jwks.json");
            request.Headers.TryAddWithoutValidation("traceparent", traceParent);
            (await broker.Client.SendAsync(request, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        }

        Assert.Equal(parent, receiver.Spans.SingleOrDefault(s => s.Name == "GET /.well-known/jwks.json")?.Parent);
    }

    // The names of all spans below the last request of that name; each has to be in its trace and to hang in its tree.
    private static List<string> Tree(TraceReceiver receiver, string name)
    {
        var root = receiver.Spans.Last(s => s.Name == name);
        var all = receiver.Spans.Where(s => s.Trace == root.Trace).ToList();
        Assert.All(all.Where(s => s != root), s => Assert.Contains(all, other => other.Id == s.Parent));
        Assert.Equal("", root.Parent);
        return [.. all.Select(s => s.Name)];
    }

    private static async Task<string> ReleaseAsync(ServingBroker broker)
    {
        using var vendor = new TestAuthority();
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        (await broker.AdminAsync("PUT", "policies/tpm-node", PolicyExamples.Read("tpm-node"))).ShouldBe(200);
        (await broker.AdminAsync("PUT", $"resources/{Path}", Secret)).ShouldBe(200);
        using var machine = new FakeMachine(broker, vendor);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        var token = await machine.TokenAsync();
        (await machine.GetAsync(Path, token)).ShouldBe(200);
        return token;
    }
}
