using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>An issuer's token exchanged for one of the broker's own.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private IssuerFixture _fixture = null!;

    public async ValueTask InitializeAsync() => _fixture = await IssuerFixture.StartAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task It_may_do_what_the_credential_may_in_the_same_name_and_no_more()
    {
        var jwt = _fixture.Issuer.Sign(_fixture.Claims("team-a"));
        var answer = (await SendAsync("POST", "login", jwt)).ShouldBe(201);
        var token = (string)answer.Json["token"]!;
        Assert.Equal("jwt:ops:alice", (string)answer.Json["subject"]!);
        var entry = Assert.Single(_fixture.Broker.Audit.Entries, e => e.RequestId == answer.RequestId);
        Assert.Equal(("token.login", "jwt:ops:alice", (string?)answer.Json["id"]), (entry.Action, entry.Actor, entry.Subject));
        Assert.Contains("key-owner at team-a/**", entry.Reason, StringComparison.Ordinal);

        var put = (await SendAsync("PUT", "resources/team-a/a/b", token)).ShouldBe(200);
        Assert.Equal("jwt:ops:alice", Assert.Single(_fixture.Broker.Audit.Entries, e => e.RequestId == put.RequestId).Actor);
        (await SendAsync("PUT", "resources/team-b/a/b", token)).ShouldBe(403);
        (await SendAsync("GET", "tokens", token)).ShouldBe(403);
        var listed = Assert.Single((await _fixture.Broker.AdminAsync("GET", "tokens")).ShouldBe(200).Json.AsArray(), t => (string)t!["id"]! == (string)answer.Json["id"]!);
        Assert.Equal("jwt:ops:alice", (string)listed!["subject"]!);
    }

    [Fact]
    public async Task Each_role_keeps_its_own_paths()
    {
        var rules = _fixture.Rules();
        rules["issuers"]![0]!["grants"]!.AsArray().Add(new JsonObject { ["match"] = new JsonObject { ["groups"] = "team-a" }, ["role"] = "wrap", ["paths"] = "team-b/**" });
        await _fixture.LoadAsync(rules);
        var token = await LogInAsync("team-a");

        (await SendAsync("PUT", "resources/team-b/a/b", token)).ShouldBe(403); // key-owner elsewhere
        (await SendAsync("POST", "wrap", token, """{"keyid":"kbs:///team-b/kek/one","options":"AAAA"}""")).ShouldBe(200);
        (await SendAsync("POST", "wrap", token, """{"keyid":"kbs:///team-c/kek/one","options":"AAAA"}""")).ShouldBe(403);
    }

    [Fact]
    public async Task It_lives_for_an_hour_at_most_and_is_not_exchanged_again()
    {
        var jwt = _fixture.Issuer.Sign(_fixture.Claims("team-a"));
        foreach (var ttl in (string[])["61m", "30s", "1d"]) (await SendAsync("POST", "login", jwt, $$"""{"ttl":"{{ttl}}"}""")).ShouldBe(400);
        var brief = (string)(await SendAsync("POST", "login", jwt, """{"ttl":"10m"}""")).ShouldBe(201).Json["token"]!;
        var token = await LogInAsync("team-a");
        (await SendAsync("POST", "login", token)).ShouldBe(403);
        (await SendAsync("POST", "login", _fixture.Broker.AdminToken)).ShouldBe(403);

        _fixture.Broker.Clock.Advance(TimeSpan.FromMinutes(10));
        (await SendAsync("GET", "status", brief)).ShouldBe(401);
        (await SendAsync("GET", "status", token)).ShouldBe(200);
        (await SendAsync("GET", "status", jwt)).ShouldBe(401);
        _fixture.Broker.Clock.Advance(TimeSpan.FromMinutes(50));
        (await SendAsync("GET", "status", token)).ShouldBe(401);
    }

    [Fact]
    public async Task A_logout_ends_it_and_so_does_an_administrator()
    {
        var (one, other) = (await LogInAsync("team-a"), await LogInAsync("team-a"));
        var ended = (await SendAsync("DELETE", "login", one)).ShouldBe(204);
        Assert.Equal("token.logout", Assert.Single(_fixture.Broker.Audit.Entries, e => e.RequestId == ended.RequestId).Action);
        (await SendAsync("GET", "status", one)).ShouldBe(401);
        (await SendAsync("GET", "status", other)).ShouldBe(200);
        (await _fixture.Broker.AdminAsync("DELETE", "login")).ShouldBe(403);
        (await _fixture.Broker.AdminAsync("DELETE", $"tokens/{other.Split('_')[1]}")).ShouldBe(204);
        (await SendAsync("GET", "status", other)).ShouldBe(401);
    }

    [Fact]
    public async Task Whoever_may_do_nothing_gets_none_and_nobody_gets_more_than_sixteen()
    {
        (await SendAsync("POST", "login", _fixture.Issuer.Sign(_fixture.Claims("staff")))).ShouldBe(403);
        for (var i = 0; i < 16; i++) await LogInAsync("team-a");
        (await SendAsync("POST", "login", _fixture.Issuer.Sign(_fixture.Claims("team-a")))).ShouldBe(429);
        _fixture.Broker.Clock.Advance(TimeSpan.FromHours(1));
        await LogInAsync("team-a");
    }

    [Fact]
    public async Task What_a_namespace_makes_of_its_owner_ends_with_that_and_not_with_the_token()
    {
        (await _fixture.Broker.AdminAsync("POST", "namespaces", """{"prefix":"team-x","owners":["jwt:ops:alice"]}""")).ShouldBe(201);
        var token = await LogInAsync("team-a");
        (await SendAsync("PUT", "resources/team-x/a/b", token)).ShouldBe(200);
        (await _fixture.Broker.AdminAsync("DELETE", "namespaces/team-x")).ShouldBe(204);
        (await SendAsync("PUT", "resources/team-x/a/b", token)).ShouldBe(403);
    }

    private async Task<string> LogInAsync(string group) => (string)(await SendAsync("POST", "login", _fixture.Issuer.Sign(_fixture.Claims(group)))).ShouldBe(201).Json["token"]!;

    private Task<BrokerAnswer> SendAsync(string method, string path, string token, string? body = null) => _fixture.Broker.SendAsync(method, path, token, body ?? (method == "PUT" ? "x" : method == "POST" ? "{}" : null));
}
