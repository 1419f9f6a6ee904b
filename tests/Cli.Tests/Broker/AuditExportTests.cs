using System.Text.Json.Nodes;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests.Broker;

/// <summary>The audit exported, and verified without the broker: by the command, and by jq, sha256sum and openssl alone.</summary>
public sealed class AuditExportTests : IAsyncLifetime
{
    private BrokerStory _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerStory.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task An_export_is_verified_without_the_broker_by_the_command_and_by_other_peoples_tools()
    {
        foreach (var tool in (string[])["jq", "openssl"]) Peers.Require(tool);
        (await _broker.RunAsync("token", "create", "--can", "audit", "--comment", "first é \u2028 \"quoted\"")).ShouldSucceed();
        var first = (await _broker.RunAsync("audit", "checkpoint")).ShouldSucceed();
        Assert.Equal(3, first.Stdout.Trim().Split('.').Length);
        (await _broker.RunAsync("token", "create", "--can", "audit")).ShouldSucceed();
        var key = _broker.Folder.Write("key.pem", (await _broker.RunAsync("audit", "public-key")).ShouldSucceed().Stdout);
        var export = (await _broker.RunAsync("audit", "export")).ShouldSucceed();
        var file = _broker.Folder.Write("audit.jsonl", export.Stdout);
        var partial = _broker.Folder.Write("since.jsonl", (await _broker.RunAsync("audit", "export", "--since", "1")).ShouldSucceed().Stdout);
        Assert.True(new FileInfo(partial).Length < new FileInfo(file).Length);
        await _broker.StopAsync();

        foreach (var (whole, from) in new[] { (file, "the beginning"), (partial, "checkpoint 1") })
        {
            Assert.StartsWith($"from {from} to checkpoint 2", (await VerifyAsync(whole, key)).ShouldSucceed().Stdout, StringComparison.Ordinal);
            await IndependentlyAsync(whole, key, 0);
            var lines = await File.ReadAllLinesAsync(whole, TestContext.Current.CancellationToken);
            var changed = lines.Select(l => l.Replace("token.create", "token.delete", StringComparison.Ordinal)).ToList();
            foreach (var bad in (IEnumerable<string>[])[changed, lines[..^1], [.. lines[..^2], lines[^1]]])
            {
                var broken = _broker.Folder.Write("broken.jsonl", string.Concat(bad.Select(l => l + "\n")));
                (await VerifyAsync(broken, key)).ShouldEnd(4);
                await IndependentlyAsync(broken, key, 4);
            }
        }
        (await VerifyAsync(file, key, "--expect-checkpoint", "2")).ShouldSucceed();
        (await VerifyAsync(file, key, "--expect-checkpoint", "3")).ShouldEnd(4);
        (await VerifyAsync(file, file)).ShouldEnd(2);
        (await CommandRun.RunAsync("broker", "audit", "verify", "--offline", file)).ShouldEnd(2);
        (await CommandRun.RunAsync("broker", "audit", "verify", "--public-key", key)).ShouldEnd(2);
        Assert.Equal(2, (int)JsonNode.Parse((await VerifyAsync(file, key, "--json")).ShouldSucceed().Stdout)!["checkpoint"]!);
    }

    [Fact]
    public async Task An_auditors_token_suffices_and_a_time_means_the_checkpoint_until_then()
    {
        var token = _broker.Folder.Write("token", (await _broker.RunAsync("token", "create", "--can", "audit")).ShouldSucceed().Stdout);
        (await _broker.RunAsync(["audit", "checkpoint"], token)).ShouldSucceed();
        var key = _broker.Folder.Write("key.pem", (await _broker.RunAsync(["audit", "public-key"], token)).ShouldSucceed().Stdout);
        var since = _broker.Folder.Write("since", (await _broker.RunAsync(["audit", "export", "--since", "2999-01-01T00:00:00Z"], token)).ShouldSucceed().Stdout);
        Assert.Contains("from checkpoint 1", (await VerifyAsync(since, key)).ShouldSucceed().Stdout, StringComparison.Ordinal);
        var all = _broker.Folder.Write("all", (await _broker.RunAsync(["audit", "export", "--since", "2001-01-01T00:00:00Z"], token)).ShouldSucceed().Stdout);
        Assert.Contains("from the beginning", (await VerifyAsync(all, key)).ShouldSucceed().Stdout, StringComparison.Ordinal);
        (await _broker.RunAsync(["audit", "export", "--since", "99"], token)).ShouldEnd(1);
        (await _broker.RunAsync(["audit", "export", "--since", "yesterday"], token)).ShouldEnd(2);
    }

    private static Task<CommandRun> VerifyAsync(string file, string key, params string[] more) => CommandRun.RunAsync(["broker", "audit", "verify", "--offline", file, "--public-key", key, .. more]);

    private static async Task IndependentlyAsync(string file, string key, int status)
    {
        var run = await Tool.RunAsync("/bin/bash", RepositoryRoot.Combine("docs", "broker", "verify-audit.sh"), file, key);
        Assert.True(run.ExitCode == status, $"expected {status}: {run}");
    }
}
