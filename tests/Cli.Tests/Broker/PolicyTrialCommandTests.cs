using System.Text.Json.Nodes;
using Coffer.Cli.Tests.Scripting;

namespace Coffer.Cli.Tests.Broker;

/// <summary>Trying policies from the command line, with evidence of a TEE that every machine has.</summary>
public sealed class PolicyTrialCommandTests : IAsyncLifetime
{
    private const string Sample = """{"name":"sample","resources":["default/**"],"effect":"allow","when":{"tee":"sample"}}""";
    private const string Stricter = """{"name":"sample","resources":["default/**"],"effect":"allow","when":{"all":[{"tee":"sample"},{"claim":"sample.svn","at_least":"99"}]}}""";

    private BrokerStory _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerStory.StartAsync("--insecure-allow-sample-evidence");

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Evidence_is_held_to_a_stored_policy_and_to_a_candidate()
    {
        var evidence = _broker.Folder.Write("evidence.json", (await CommandRun.RunAsync("attest", "evidence", "--attester", "sample")).ShouldSucceed().Stdout);
        (await _broker.RunAsync("policy", "put", _broker.Folder.Write("sample.json", Sample))).ShouldSucceed();
        var allowed = (await _broker.RunAsync("policy", "test", "sample", "--evidence", evidence, "--tee", "sample")).ShouldSucceed();
        Assert.StartsWith("ALLOWED: sample@1 allows", allowed.Stdout, StringComparison.Ordinal);
        var denied = (await _broker.RunAsync("policy", "test", _broker.Folder.Write("stricter.json", Stricter), "--evidence", evidence, "--tee", "sample")).ShouldReport(5);
        Assert.StartsWith("DENIED: sample@candidate", denied.Stdout, StringComparison.Ordinal);
        Assert.Contains("expected: 99", denied.Stdout, StringComparison.Ordinal);
        var json = JsonNode.Parse((await _broker.RunAsync("policy", "test", "sample", "--evidence", evidence, "--tee", "sample", "--resource", "kbs:///other/a/b", "--json")).ShouldReport(5).Stdout)!;
        Assert.False((bool)json["about"]!);
    }

    [Fact]
    public async Task A_past_request_is_decided_again()
    {
        (await _broker.RunAsync("policy", "put", _broker.Folder.Write("sample.json", Sample))).ShouldSucceed();
        (await _broker.RunAsync("resource", "put", "default/app/password", _broker.Folder.Write("secret", "s3cret"))).ShouldSucceed();
        (await CommandRun.RunAsync("attest", "get", "--attester", "sample", "--broker", _broker.Address, "--broker-ca", Path.Combine(_broker.Data, "ca.pem"), "kbs:///default/app/password")).ShouldSucceed();
        var listed = JsonNode.Parse((await _broker.RunAsync("audit", "list", "--action", "resource.release", "--json")).ShouldSucceed().Stdout)!;
        var request = (string)listed[0]!["request_id"]!;
        (await _broker.RunAsync("policy", "test", "sample", "--request", request)).ShouldSucceed();
        var denied = (await _broker.RunAsync("policy", "test", _broker.Folder.Write("stricter.json", Stricter), "--request", request)).ShouldReport(5);
        Assert.Contains("ALLOWED: allowed by sample@1", denied.Stdout, StringComparison.Ordinal);
        var diff = (await _broker.RunAsync("policy", "diff", _broker.Folder.Combine("stricter.json"), "--replay", "10")).ShouldSucceed();
        Assert.Contains("newly denied", diff.Stdout.Split('\n')[1], StringComparison.Ordinal);
        Assert.Contains("1 decisions: 1 newly denied, 0 newly allowed, 0 unchanged, 0 cannot be told", diff.Stdout, StringComparison.Ordinal);
        (await _broker.RunAsync("policy", "diff", _broker.Folder.Combine("stricter.json"), "--fail-on-change", "--json")).ShouldReport(1);
        (await _broker.RunAsync("policy", "diff", _broker.Folder.Combine("sample.json"), "--fail-on-change")).ShouldSucceed();
        (await _broker.RunAsync("policy", "diff", _broker.Folder.Combine("sample.json"), "--replay", "0")).ShouldEnd(2);
        (await _broker.RunAsync("policy", "test", "sample")).ShouldEnd(2);
        (await _broker.RunAsync("policy", "test", "absent.json", "--request", request)).ShouldEnd(1);
        (await _broker.RunAsync("policy", "test", "absent", "--request", request)).ShouldEnd(1);
    }
}
