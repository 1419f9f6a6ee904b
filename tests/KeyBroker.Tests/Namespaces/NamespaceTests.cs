using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Namespaces;

/// <summary>Namespaces: whose they are, and how much fits in.</summary>
public sealed class NamespaceTests : IAsyncLifetime
{
    private RunningBroker _broker = null!;
    private string _owner = "", _id = "";

    public async ValueTask InitializeAsync()
    {
        _broker = await RunningBroker.StartAsync();
        _owner = await _broker.TokenAsync([Role.Audit], [], null);
        _id = _owner.Split('_')[1];
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task An_owner_keeps_keys_and_policies_below_until_he_owns_it_no_more()
    {
        (await _broker.SendAsync("PUT", "resources/team-a/a/b", _owner, "x")).ShouldBe(403);
        var made = await CreateAsync("team-a");
        (await _broker.SendAsync("PUT", "resources/team-a/a/b", _owner, "x")).ShouldBe(200);
        (await _broker.SendAsync("PUT", "resources/team-b/a/b", _owner, "x")).ShouldBe(403);
        (await _broker.SendAsync("PUT", "policies/team-a.deny", _owner, """{"name":"team-a.deny","resources":["team-a/**"],"effect":"deny"}""")).ShouldBe(200);
        (await _broker.SendAsync("PUT", "policies/deny", _owner, """{"name":"deny","resources":["team-a/**"],"effect":"deny"}""")).ShouldBe(403);
        (await _broker.SendAsync("GET", "audit", _owner)).ShouldBe(200); // what the token itself makes of him
        Assert.Equal("namespace.create", Assert.Single(_broker.Audit.Entries, e => e.RequestId == made.RequestId).Action);

        (await _broker.AdminAsync("PATCH", "namespaces/team-a", """{"owners":[]}""")).ShouldBe(200);
        (await _broker.SendAsync("PUT", "resources/team-a/a/b", _owner, "x")).ShouldBe(403);
    }

    [Fact]
    public async Task The_quota_of_resources_counts_paths_and_that_of_bytes_all_versions()
    {
        await CreateAsync("team-a", """,\"max_resources\":2,\"max_bytes\":10""".Replace("\\", "", StringComparison.Ordinal));
        (await PutAsync("team-a/a/1", 3)).ShouldBe(200);
        (await PutAsync("team-a/a/2", 3)).ShouldBe(200);
        Assert.Contains("2 resources", (await PutAsync("team-a/a/3", 1)).ShouldBe(429).Message, StringComparison.Ordinal);
        (await PutAsync("team-a/a/1", 4)).ShouldBe(200); // a second version, and ten bytes in all
        Assert.Contains("10 bytes", (await PutAsync("team-a/a/2", 1)).ShouldBe(429).Message, StringComparison.Ordinal);
        (await PutAsync("team-b/a/1", 100)).ShouldBe(200);

        var shown = (await _broker.SendAsync("GET", "namespaces/team-a", _owner)).ShouldBe(200).Json;
        Assert.Equal((2, 10, 0), ((int)shown["resources"]!, (int)shown["bytes"]!, (int)shown["policies"]!));

        (await _broker.AdminAsync("DELETE", "resources/team-a/a/1")).ShouldBe(204);
        (await PutAsync("team-a/a/3", 1)).ShouldBe(200);
    }

    [Fact]
    public async Task A_key_that_a_wrap_would_make_counts_as_well()
    {
        await CreateAsync("team-a", """,\"max_resources\":1""".Replace("\\", "", StringComparison.Ordinal));
        (await _broker.SendAsync("POST", "wrap", _owner, """{"keyid":"kbs:///team-a/kek/1","options":"AAAA"}""")).ShouldBe(200);
        (await _broker.SendAsync("POST", "wrap", _owner, """{"keyid":"kbs:///team-a/kek/1","options":"AAAA"}""")).ShouldBe(200);
        (await _broker.SendAsync("POST", "wrap", _owner, """{"keyid":"kbs:///team-a/kek/2","options":"AAAA"}""")).ShouldBe(429);
    }

    [Fact]
    public async Task Both_quotas_of_a_namespace_within_another_hold()
    {
        await CreateAsync("team-a", """,\"max_resources\":2""".Replace("\\", "", StringComparison.Ordinal));
        await CreateAsync("team-a/db", """,\"max_resources\":1,\"max_policies\":1""".Replace("\\", "", StringComparison.Ordinal));
        (await PutAsync("team-a/db/1", 1)).ShouldBe(200);
        Assert.Contains("team-a/db may", (await PutAsync("team-a/db/2", 1)).ShouldBe(429).Message, StringComparison.Ordinal);
        (await PutAsync("team-a/other/1", 1)).ShouldBe(200);
        Assert.Contains("team-a may", (await PutAsync("team-a/other/2", 1)).ShouldBe(429).Message, StringComparison.Ordinal);
        for (var i = 0; i < 2; i++) (await _broker.SendAsync("PUT", "policies/team-a.db.one", _owner, """{"name":"team-a.db.one","resources":["team-a/db/*"],"effect":"deny"}""")).ShouldBe(200);
        Assert.Contains("1 policies", (await _broker.SendAsync("PUT", "policies/team-a.db.two", _owner, """{"name":"team-a.db.two","resources":["team-a/db/*"],"effect":"deny"}""")).ShouldBe(429).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_puts_at_once_no_more_fit_than_the_quota_says()
    {
        await CreateAsync("team-a", """,\"max_resources\":5""".Replace("\\", "", StringComparison.Ordinal));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PutAsync($"team-a/a/{i}", 1)));
        Assert.Equal((5, 15), (answers.Count(a => a.Status == 200), answers.Count(a => a.Status == 429)));
    }

    [Fact]
    public async Task Others_see_neither_list_nor_usage_and_only_administrators_change_it()
    {
        await CreateAsync("team-a");
        var other = await _broker.TokenAsync([Role.KeyOwner], ["team-b/**"], null);
        Assert.Empty((await _broker.SendAsync("GET", "namespaces", other)).ShouldBe(200).Json.AsArray());
        (await _broker.SendAsync("GET", "namespaces/team-a", other)).ShouldBe(403);
        Assert.Single((await _broker.SendAsync("GET", "namespaces", _owner)).ShouldBe(200).Json.AsArray());
        (await _broker.SendAsync("PATCH", "namespaces/team-a", _owner, """{"max_resources":9}""")).ShouldBe(403);
        (await _broker.SendAsync("DELETE", "namespaces/team-a", _owner)).ShouldBe(403);
    }

    [Theory]
    [InlineData("""{"prefix":"team.a"}""", 400)]
    [InlineData("""{"prefix":"a/b/c"}""", 400)]
    [InlineData("""{"prefix":"a/"}""", 400)]
    [InlineData("""{"prefix":"*"}""", 400)]
    [InlineData("""{"prefix":"a","max_bytes":-1}""", 400)]
    [InlineData("""{"prefix":"a","max_hosts":-1}""", 400)]
    [InlineData("""{"prefix":"taken"}""", 409)]
    public async Task What_is_no_namespace_or_there_already_is_refused(string body, int status)
    {
        await CreateAsync("taken");
        (await _broker.AdminAsync("POST", "namespaces", body)).ShouldBe(status);
    }

    [Fact]
    public async Task One_that_is_deleted_leaves_what_stands_below_to_administrators()
    {
        await CreateAsync("team-a");
        (await PutAsync("team-a/a/1", 1)).ShouldBe(200);
        (await _broker.AdminAsync("DELETE", "namespaces/team-a")).ShouldBe(204);
        (await _broker.AdminAsync("DELETE", "namespaces/team-a")).ShouldBe(404);
        (await _broker.SendAsync("GET", "resources", _owner)).ShouldBe(403);
        Assert.Single((await _broker.AdminAsync("GET", "resources")).ShouldBe(200).Json.AsArray());
    }

    private async Task<BrokerAnswer> CreateAsync(string prefix, string more = "") => (await _broker.AdminAsync("POST", "namespaces", $$"""{"prefix":"{{prefix}}","owners":["{{_id}}"]{{more}}}""")).ShouldBe(201);

    private Task<BrokerAnswer> PutAsync(string path, int bytes) => _broker.AdminAsync("PUT", $"resources/{path}", new string('x', bytes));
}
