using System.Text.RegularExpressions;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>What roles reach, and what they do not.</summary>
public sealed partial class RoleTests : IAsyncLifetime
{
    private RunningBroker _broker = null!;
    private string _team = "";

    public async ValueTask InitializeAsync()
    {
        _broker = await RunningBroker.StartAsync();
        _team = await _broker.TokenAsync([Role.KeyOwner], ["team-a/**"], null);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public void The_page_has_the_table_of_roles_and_permissions_as_it_is()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "broker", "access.md"));
        var shown = Row().Matches(page[page.IndexOf("| permission |", StringComparison.Ordinal)..]).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim());
        var held = Enum.GetValues<Permission>().Where(p => p > Permission.Authenticated)
            .ToDictionary(PermissionNames.Of, p => string.Join(", ", RoleTable.With(p).Select(RoleNames.Of)));
        Assert.Equal(held, shown);
    }

    [Fact]
    public async Task A_key_owner_keeps_what_is_below_his_paths_and_sees_nothing_beside()
    {
        (await _broker.AdminAsync("PUT", "resources/team-b/a/b", "x")).ShouldBe(200);
        (await _broker.SendAsync("PUT", "resources/team-a/a/b", _team, "x")).ShouldBe(200);
        foreach (var (method, path) in ((string, string)[])[("PUT", "resources/team-b/a/c"), ("DELETE", "resources/team-b/a/b"), ("PUT", "resources/team-a2/a/b"), ("PUT", "resources/team-a")])
        {
            var denied = (await _broker.SendAsync(method, path, _team, "x")).ShouldBe(403);
            Assert.Equal("access.denied", Assert.Single(_broker.Audit.Entries, e => e.RequestId == denied.RequestId).Action);
        }
        Assert.Equal(["team-a/a/b"], (await _broker.SendAsync("GET", "resources", _team)).ShouldBe(200).Json.AsArray().Select(r => (string)r!["path"]!));
        Assert.Equal(2, (await _broker.AdminAsync("GET", "resources")).ShouldBe(200).Json.AsArray().Count);
    }

    [Fact]
    public async Task A_team_reads_the_audit_of_what_is_its_own_and_nothing_else()
    {
        var own = (await _broker.SendAsync("PUT", "resources/team-a/a/b", _team, "x")).ShouldBe(200).RequestId!;
        var others = (await _broker.AdminAsync("PUT", "resources/team-b/a/b", "x")).ShouldBe(200).RequestId!;
        (await _broker.AdminAsync("PUT", "resources/team-a2/a/b", "x")).ShouldBe(200);
        (await _broker.SendAsync("PUT", "policies/team-a.none", _team, """{"name":"team-a.none","resources":["team-a/**"],"effect":"deny"}""")).ShouldBe(200);
        (await _broker.AdminAsync("PUT", "policies/none", """{"name":"none","resources":["team-a/**"],"effect":"deny"}""")).ShouldBe(200);
        (await _broker.AdminAsync("POST", "namespaces", """{"prefix":"team-a"}""")).ShouldBe(201);
        (await _broker.AdminAsync("POST", "tokens", """{"can":["auditor"]}""")).ShouldBe(201);
        (await _broker.SendAsync("GET", "resources", "coffer_none")).ShouldBe(401);

        var seen = (await _broker.SendAsync("GET", "audit", _team)).ShouldBe(200).Json.AsArray();
        Assert.Equal(["resource.put team-a/a/b", "policy.put team-a.none", "namespace.create team-a"], seen.Select(e => $"{(string)e!["action"]!} {(string)e["subject"]!}"));
        Assert.Equal("resource.put", (string)Assert.Single((await _broker.SendAsync("GET", "audit?newest=true&action=resource.&most=1", _team)).ShouldBe(200).Json.AsArray())!["action"]!);
        Assert.Single((await _broker.SendAsync("GET", $"audit/explain/{own}", _team)).ShouldBe(200).Json["entries"]!.AsArray());
        (await _broker.SendAsync("GET", $"audit/explain/{others}", _team)).ShouldBe(404);
        foreach (var all in (string[])["audit/verify", "audit/checkpoints"]) (await _broker.SendAsync("GET", all, _team)).ShouldBe(403);
        Assert.True((await _broker.AdminAsync("GET", "audit")).ShouldBe(200).Json.AsArray().Count >= 7);
    }

    [Fact]
    public async Task A_page_of_a_list_is_filled_past_what_the_caller_does_not_reach()
    {
        foreach (var path in (string[])["other/a/1", "other/a/2", "team-a/a/1", "team-b/a/1", "team-b/a/2", "zone/a/1"]) (await _broker.AdminAsync("PUT", $"resources/{path}", "x")).ShouldBe(200);
        var two = await _broker.TokenAsync([Role.KeyOwner], ["team-a/**", "zone/**"], null);
        Assert.Equal(["team-a/a/1", "zone/a/1"], (await _broker.SendAsync("GET", "resources?most=2", two)).ShouldBe(200).Json.AsArray().Select(r => (string)r!["path"]!));
        Assert.Equal(["zone/a/1"], (await _broker.SendAsync("GET", "resources?most=1&after=team-a/a/1", two)).ShouldBe(200).Json.AsArray().Select(r => (string)r!["path"]!));
    }

    [Theory]
    [InlineData("team-a.nodes", "team-a/**", 200)]
    [InlineData("team-a.nodes", "team-a/keys/*", 200)]
    [InlineData("team-a.nodes", "team-a/keys/one", 200)]
    [InlineData("team-a.nodes", "**", 403)]
    [InlineData("team-a.nodes", "team-b/**", 403)]
    [InlineData("team-a.nodes", "*/keys/one", 403)]
    [InlineData("team-a.nodes", "**/one", 403)]
    [InlineData("team-a.nodes", "team-?/**", 403)]
    [InlineData("team-b.nodes", "team-a/**", 403)]
    [InlineData("team-a", "team-a/**", 403)]
    [InlineData("nodes", "team-a/**", 403)]
    public async Task A_team_puts_policies_of_its_names_about_its_paths(string name, string resources, int status)
    {
        foreach (var effect in (string[])["allow", "deny"])
        {
            (await _broker.SendAsync("PUT", $"policies/{name}", _team, $$$"""{"name":"{{{name}}}","resources":["{{{resources}}}"],"effect":"{{{effect}}}","when":{"tee":"tpm"}}""")).ShouldBe(status);
        }
    }

    [Fact]
    public async Task A_team_changes_no_policy_above_it_and_reads_those_that_touch_it()
    {
        (await _broker.AdminAsync("PUT", "policies/no-one", """{"name":"no-one","resources":["team-a/prod/*"],"effect":"deny"}""")).ShouldBe(200);
        (await _broker.AdminAsync("PUT", "policies/team-b.x", """{"name":"team-b.x","resources":["team-b/**"],"effect":"deny"}""")).ShouldBe(200);

        (await _broker.SendAsync("DELETE", "policies/no-one", _team)).ShouldBe(403);
        (await _broker.SendAsync("PUT", "policies/no-one", _team, """{"name":"no-one","resources":["team-a/prod/*"],"effect":"allow","when":{"tee":"tpm"} }""")).ShouldBe(403);
        (await _broker.SendAsync("GET", "policies/no-one", _team)).ShouldBe(200);
        (await _broker.SendAsync("GET", "policies/team-b.x", _team)).ShouldBe(404);
        Assert.Equal(["no-one"], (await _broker.SendAsync("GET", "policies", _team)).ShouldBe(200).Json.AsArray().Select(p => (string)p!["name"]!));
    }

    [Fact]
    public async Task Several_roles_in_one_token_reach_each_its_own()
    {
        var both = await _broker.TokenAsync([Role.KeyOwner, Role.Auditor], ["team-a/**"], null);
        (await _broker.AdminAsync("PUT", "resources/team-b/a/b", "x")).ShouldBe(200);
        Assert.Single((await _broker.SendAsync("GET", "resources", both)).ShouldBe(200).Json.AsArray()); // as an auditor
        (await _broker.SendAsync("PUT", "resources/team-b/a/b", both, "x")).ShouldBe(403);
    }

    [Theory]
    [InlineData("""{"can":["key-owner"]}""")]
    [InlineData("""{"can":["auditor"],"paths":["a/*"]}""")]
    [InlineData("""{"can":["admin"],"paths":["a/*"]}""")]
    [InlineData("""{"can":["owner"],"paths":["a/*"]}""")]
    public async Task Roles_and_paths_that_do_not_go_together_are_refused(string body) => (await _broker.AdminAsync("POST", "tokens", body)).ShouldBe(400);

    [GeneratedRegex(@"^\| `([a-z-]+)` \| [^|]+ \| ([a-z, -]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
