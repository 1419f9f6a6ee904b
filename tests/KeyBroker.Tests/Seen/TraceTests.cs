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
        await using var receiver = await TraceReceiver.StartAsync();
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
