using System.Text.Json;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests.Broker;

/// <summary>Administering a broker from the command line.</summary>
public sealed class BrokerCommandTests : IAsyncLifetime
{
    private BrokerStory _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerStory.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_namespace_is_made_described_changed_and_ended()
    {
        (await _broker.RunAsync("namespace", "create", "team-a/db", "--owner", "jwt:ops:alice", "--max-resources", "1", "--max-bytes", "100")).ShouldSucceed();
        (await _broker.RunAsync("resource", "put", "team-a/db/one", _broker.Folder.Write("value", "0123456789"))).ShouldSucceed();
        var described = (await _broker.RunAsync("namespace", "describe", "team-a/db")).ShouldSucceed().Stdout;
        foreach (var line in (string[])["owners: jwt:ops:alice", "max_bytes: 100", "resources: 1", "bytes: 10"]) Assert.Contains(line + "\n", described, StringComparison.Ordinal);
        Assert.Contains("may have 1 resources", (await _broker.RunAsync("resource", "put", "team-a/db/two", _broker.Folder.Write("value", "x"))).ShouldEnd(1).Stderr, StringComparison.Ordinal);
        (await _broker.RunAsync("namespace", "set", "team-a/db", "--max-resources", "0")).ShouldSucceed();
        (await _broker.RunAsync("resource", "put", "team-a/db/two", _broker.Folder.Write("value", "x"))).ShouldSucceed();
        Assert.Contains("team-a/db", (await _broker.RunAsync("namespace", "list")).ShouldSucceed().Stdout, StringComparison.Ordinal);
        (await _broker.RunAsync("namespace", "delete", "team-a/db")).ShouldSucceed();
        Assert.DoesNotContain("team-a/db", (await _broker.RunAsync("namespace", "list")).ShouldSucceed().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_makes_what_is_missing_says_where_it_is_and_ends_with_success()
    {
        Assert.Contains("clients pin ", _broker.Errors, StringComparison.Ordinal);
        Assert.Contains("admin-token", _broker.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("coffer_", _broker.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await _broker.StopAsync());
    }

    [Fact]
    public async Task Token_is_made_used_listed_and_ended()
    {
        var made = (await _broker.RunAsync("token", "create", "--can", "audit", "--ttl", "24h")).ShouldSucceed();
        var file = _broker.Folder.Write("audit-token", made.Stdout);
        (await _broker.RunAsync(["audit", "list"], file)).ShouldSucceed();
        Assert.Contains("may not do this", Assert.Single((await _broker.RunAsync(["token", "list"], file)).ShouldEnd(5).Errors), StringComparison.Ordinal);
        var id = made.Stdout.Split('_')[1];
        Assert.Contains(Json(await _broker.RunAsync("token", "list", "--json")).EnumerateArray(), t => t.GetProperty("id").GetString() == id);
        Assert.DoesNotContain(made.Stdout.Trim()[24..], (await _broker.RunAsync("token", "list")).Stdout, StringComparison.Ordinal);
        Assert.Empty((await _broker.RunAsync("token", "delete", id)).ShouldSucceed().Stdout);
        (await _broker.RunAsync(["audit", "list"], file)).ShouldEnd(5);
        (await _broker.RunAsync("token", "delete", id)).ShouldEnd(1);
    }

    [Fact]
    public async Task Wrap_token_of_the_documented_form_is_made()
    {
        var made = (await _broker.RunAsync("token", "create", "--can", "wrap", "--path", "default/*", "--ttl", "24h")).ShouldSucceed();
        Assert.Matches("^coffer_[0-9a-f]{16}_[A-Za-z0-9_-]{43}\n$", made.Stdout);
        Assert.Contains("paths", Assert.Single((await _broker.RunAsync("token", "create", "--can", "wrap")).ShouldEnd(1).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_admin_needs_no_token_and_ends_the_old_one()
    {
        var old = _broker.Folder.Write("old", await File.ReadAllTextAsync(Path.Combine(_broker.Data, "admin-token"), TestContext.Current.CancellationToken));
        var run = (await CommandRun.RunAsync("broker", "token", "reset-admin", "--data", _broker.Data)).ShouldSucceed();
        Assert.Equal(Path.Combine(_broker.Data, "admin-token"), run.Stdout.Trim());
        (await _broker.RunAsync(["status"], old)).ShouldEnd(5);
        (await _broker.RunAsync("status")).ShouldSucceed();
    }

    [Fact]
    public async Task Policy_is_printed_checked_put_shown_and_deleted()
    {
        var example = (await CommandRun.RunAsync("broker", "policy", "example", "tpm-node")).ShouldSucceed();
        var file = _broker.Folder.Write("node-policy.json", example.Stdout);
        Assert.Equal("ok\n", (await CommandRun.RunAsync("broker", "policy", "check", file)).ShouldSucceed().Stdout);
        Assert.Equal("tpm-node version 1\n", (await _broker.RunAsync("policy", "put", file)).ShouldSucceed().Stdout);
        Assert.Equal("tpm-node", Assert.Single(Json(await _broker.RunAsync("policy", "list", "--json")).EnumerateArray()).GetProperty("name").GetString());
        var shown = _broker.Folder.Write("shown.json", (await _broker.RunAsync("policy", "show", "tpm-node")).ShouldSucceed().Stdout);
        Assert.Equal("tpm-node version 2\n", (await _broker.RunAsync("policy", "put", shown)).ShouldSucceed().Stdout);
        Assert.Contains("TAG", (await _broker.RunAsync("policy", "list")).Stdout.Replace("RESOURCES", "TAG", StringComparison.Ordinal), StringComparison.Ordinal);
        (await _broker.RunAsync("policy", "delete", "tpm-node")).ShouldSucceed();
        (await CommandRun.RunAsync("broker", "policy", "example", "bogus")).ShouldEnd(1);
        using var schema = JsonDocument.Parse((await CommandRun.RunAsync("broker", "policy", "schema")).ShouldSucceed().Stdout);
    }

    [Fact]
    public async Task Every_problem_of_a_policy_is_a_line()
    {
        var file = _broker.Folder.Write("bad.json", """{"name":"x","effect":"perhaps","bogus":1}""");
        foreach (var run in new[] { await CommandRun.RunAsync("broker", "policy", "check", file), await _broker.RunAsync("policy", "put", file) })
        {
            Assert.Contains("bogus", run.ShouldEnd(1).Stderr, StringComparison.Ordinal);
            Assert.True(run.Stderr.Split('\n').Count(l => l.StartsWith("  ", StringComparison.Ordinal)) >= 3, run.Stderr);
        }
    }

    [Fact]
    public async Task Resources_and_references_are_kept()
    {
        var key = _broker.Folder.Write("kek", new byte[32]);
        (await _broker.RunAsync("resource", "put", "kbs:///default/image-kek/team-a", key)).ShouldSucceed();
        var listed = Assert.Single(Json(await _broker.RunAsync("resource", "list", "--prefix", "default/", "--json")).EnumerateArray());
        Assert.Equal(("default/image-kek/team-a", 32), (listed.GetProperty("path").GetString(), listed.GetProperty("size").GetInt32()));
        (await _broker.RunAsync("resource", "delete", "default/image-kek/team-a")).ShouldSucceed();

        var set = _broker.Folder.Write("set.json", """{"name":"kernels","values":{"kernel":["a"]}}""");
        Assert.Equal("kernels\n", (await _broker.RunAsync("reference", "put", set)).ShouldSucceed().Stdout);
        Assert.Contains("kernels", (await _broker.RunAsync("reference", "list")).ShouldSucceed().Stdout, StringComparison.Ordinal);
        (await _broker.RunAsync("reference", "delete", "kernels")).ShouldSucceed();
    }

    [Fact]
    public async Task Hosts_trust_join_tokens_and_rules_are_administered()
    {
        const string hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        Assert.Equal(JsonValueKind.Array, Json(await _broker.RunAsync("host", "list", "--json")).ValueKind);
        (await _broker.RunAsync("host", "approve", new string('0', 32))).ShouldEnd(1);
        (await _broker.RunAsync("trust", "add-ek", hex, "--comment", "slot 3")).ShouldSucceed();
        Assert.Contains("slot 3", (await _broker.RunAsync("trust", "list")).ShouldSucceed().Stdout, StringComparison.Ordinal);
        (await _broker.RunAsync("trust", "delete", $"ek/{hex}")).ShouldSucceed();
        (await _broker.RunAsync("trust", "add", _broker.Folder.Write("x.pem", "nothing"))).ShouldEnd(1);
        Assert.NotEmpty((await _broker.RunAsync("join-token", "create", "--ttl", "1h", "--label", "a")).ShouldSucceed().Stdout.Trim());
        var id = Assert.Single(Json(await _broker.RunAsync("join-token", "list", "--json")).EnumerateArray()).GetProperty("id").GetString()!;
        (await _broker.RunAsync("join-token", "delete", id)).ShouldSucceed();
        (await _broker.RunAsync("rule", "put", "rack", "--ek-sha256", hex, "--label", "a")).ShouldSucceed();
        Assert.Contains("rack", (await _broker.RunAsync("rule", "list")).ShouldSucceed().Stdout, StringComparison.Ordinal);
        (await _broker.RunAsync("rule", "delete", "rack")).ShouldSucceed();
    }

    [Fact]
    public async Task Audit_is_listed_explained_and_verified()
    {
        (await _broker.RunAsync("token", "create", "--can", "audit")).ShouldSucceed();
        var entries = Json(await _broker.RunAsync("audit", "list", "--json")).EnumerateArray().ToList();
        foreach (var member in (string[])["seq", "request_id", "action", "outcome", "reason"]) Assert.All(entries, e => Assert.True(e.TryGetProperty(member, out _)));
        var newest = entries[0];
        Assert.Equal("token.create", newest.GetProperty("action").GetString());
        Assert.Contains("token.create", (await _broker.RunAsync("audit", "explain", newest.GetProperty("request_id").GetString()!)).ShouldSucceed().Stdout, StringComparison.Ordinal);
        var head = (await _broker.RunAsync("audit", "verify")).ShouldSucceed().Stdout.Trim();
        (await _broker.RunAsync("audit", "verify", "--expect-head", head)).ShouldSucceed();
        var other = head[..^1] + (head[^1] == '0' ? '1' : '0');
        (await _broker.RunAsync("audit", "verify", "--expect-head", other)).ShouldEnd(4);
        Assert.Single(Json(await _broker.RunAsync("audit", "list", "--json", "--most", "1", "--oldest-first")).EnumerateArray());
        Assert.Equal(entries.Count, Json(await _broker.RunAsync("audit", "list", "--json", "--all")).GetArrayLength());
    }

    [Fact]
    public async Task Audit_whose_length_is_that_of_a_page_is_listed_to_its_end()
    {
        await using var pages = await PagedAudit.StartAsync(entries: 1000);
        foreach (var flags in new string[][] { ["--all"], ["--most", "5000"], ["--most", "1000"] })
        {
            var run = CommandRun.RunAsync(["broker", "audit", "list", "--json", "--broker", pages.Address, "--insecure-http", "--token-file", Path.Combine(_broker.Data, "admin-token"), .. flags]);
            Assert.Equal(1000, Json(await run.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).GetArrayLength());
        }
        Assert.InRange(pages.Asked, 3, 5);
    }

    [Fact]
    public async Task Failures_end_with_the_documented_status()
    {
        var bad = _broker.Folder.Write("bad-token", $"coffer_0123456789abcdef_{new string('A', 43)}");
        (await _broker.RunAsync(["status"], bad)).ShouldEnd(5);
        (await _broker.RunAsync(["status"], _broker.Folder.Write("no-token", "a b"))).ShouldEnd(2);
        (await _broker.RunAsync(["status"], _broker.Folder.Combine("absent"))).ShouldEnd(1);
        using var other = new TempDirectory();
        (await CommandRun.RunAsync("broker", "init", "--data", other.Combine("data"))).ShouldSucceed();
        (await _broker.RunAsync(["status"], ca: other.Combine("data", "ca.pem"))).ShouldEnd(4);
        (await CommandRun.RunAsync("broker", "init", "--data", _broker.Data)).ShouldEnd(1);
        await _broker.StopAsync();
        (await _broker.RunAsync("status")).ShouldEnd(6);
    }

    [Theory]
    [InlineData("broker")]
    [InlineData("broker", "status")]
    [InlineData("broker", "init")]
    [InlineData("broker", "serve", "--data", "x", "--listen", "nowhere")]
    [InlineData("broker", "serve", "--data", "x", "--tls-cert", "x")]
    [InlineData("broker", "serve", "--data", "x", "--kbs-version", "9")]
    [InlineData("broker", "serve", "--data", "x", "--attestation-ttl", "2h")]
    [InlineData("broker", "status", "--broker", "nowhere", "--token-file", "x")]
    [InlineData("broker", "token", "create")]
    public async Task Wrong_usage_is_said_before_anything_is_done(params string[] arguments)
    {
        (await CommandRun.RunAsync(arguments)).ShouldEnd(2);
        Assert.False(Path.Exists("x"));
    }

    private static JsonElement Json(CommandRun run)
    {
        using var document = JsonDocument.Parse(run.ShouldSucceed().Stdout);
        return document.RootElement.Clone();
    }
}
