using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Admin;

/// <summary>Every route of the list, called by those who may not.</summary>
public sealed class RouteWalkTests : IAsyncLifetime
{
    // These check a proof of their own. A route that joins them must be looked at here.
    private static readonly string[] Open = ["POST enroll", "POST enroll/{id}"];

    private RunningBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await RunningBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private IReadOnlyList<AdminRoute> Guarded => [.. AdminRoutes.All(_broker.Parts).Where(r => r.Needs != Permission.None)];

    [Fact]
    public void Only_routes_with_a_proof_of_their_own_are_open()
    {
        var open = AdminRoutes.All(_broker.Parts).Where(r => r.Needs == Permission.None).Select(r => $"{r.Method} {r.Pattern}");
        Assert.Empty(open.Except(Open));
    }

    [Fact]
    public void No_two_routes_have_the_same_place()
    {
        var places = AdminRoutes.All(_broker.Parts).Select(r => $"{r.Method} {new AdminPattern(r.Pattern).Rank} {string.Concat(r.Pattern.Split('/').Where(s => !s.StartsWith('{')))}").ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
    }

    [Fact]
    public async Task Every_route_refuses_who_shows_no_credential_and_one_that_does_not_exist_answers_alike()
    {
        var unknown = await _broker.SendAsync("GET", "no/such/route");
        foreach (var route in Guarded)
        {
            var answer = (await _broker.SendAsync(route.Method, PathOf(route))).ShouldBe(401);
            Assert.Equal("unauthenticated", answer.Fault);
            Assert.Equal(Strip(unknown), Strip(answer));
        }
    }

    [Theory]
    [InlineData("coffer_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("coffer_0123456789abcdef")]
    [InlineData("x")]
    [InlineData("")]
    public async Task Every_route_refuses_a_wrong_token(string token)
    {
        foreach (var route in Guarded) (await _broker.SendAsync(route.Method, PathOf(route), token)).ShouldBe(401);
    }

    [Fact]
    public async Task Every_route_refuses_the_right_id_with_another_secret()
    {
        var other = await _broker.TokenAsync([Permission.Admin], ["**"], null);
        var mixed = _broker.AdminToken[..24] + other[24..];
        foreach (var route in Guarded) (await _broker.SendAsync(route.Method, PathOf(route), mixed)).ShouldBe(401);
    }

    [Fact]
    public async Task Every_route_refuses_an_expired_token()
    {
        var token = await _broker.TokenAsync([Permission.Admin], ["**"], TimeSpan.FromMinutes(1));
        _broker.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var route in Guarded)
        {
            Assert.Contains("expired", (await _broker.SendAsync(route.Method, PathOf(route), token)).ShouldBe(401).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("wrap")]
    [InlineData("audit")]
    [InlineData("key-owner")]
    [InlineData("auditor")]
    [InlineData("enroller")]
    public async Task Every_route_refuses_a_token_that_is_too_weak_and_puts_it_down(string can)
    {
        var role = RoleNames.Parse(can);
        var token = await _broker.TokenAsync([role], ["**"], TimeSpan.FromHours(1));
        foreach (var route in Guarded.Where(r => r.Needs != Permission.Authenticated && !RoleTable.Has(role, r.Needs)))
        {
            var answer = (await _broker.SendAsync(route.Method, PathOf(route), token)).ShouldBe(403);
            Assert.Equal("denied", answer.Fault);
            var entry = Assert.Single(_broker.Audit.Entries, e => e.RequestId == answer.RequestId);
            Assert.Equal($"{route.Method} {route.Pattern}", entry.Subject);
        }
    }

    [Fact]
    public async Task Whoever_has_a_credential_hears_which_routes_there_are_not()
    {
        Assert.Equal("not_found", (await _broker.AdminAsync("GET", "no/such/route")).ShouldBe(404).Fault);
        Assert.Contains("GET", (await _broker.AdminAsync("PATCH", "tokens")).ShouldBe(404).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_has_every_route_and_says_what_it_needs()
    {
        var document = (await _broker.AdminAsync("GET", "openapi.json")).ShouldBe(200).Json;
        Assert.Equal("3.1.1", (string?)document["openapi"]);
        var ids = new HashSet<string>();
        foreach (var route in AdminRoutes.All(_broker.Parts))
        {
            var operation = document["paths"]![$"/{route.Pattern.Replace("{*", "{", StringComparison.Ordinal)}"]![route.Method.ToLowerInvariant()]!;
            Assert.Equal(route.Summary, (string?)operation["summary"]);
            Assert.Equal(route.Needs != Permission.None, operation["security"] is JsonArray);
            Assert.True(ids.Add((string)operation["operationId"]!), $"{route.Method} {route.Pattern}");
        }
    }

    [Fact]
    public async Task Answers_have_the_members_that_the_document_says()
    {
        var hex = new string('a', 64);
        string[][] done =
        [
            ["PUT", "policies/p", """{"name":"p","description":"d","resources":["**"],"effect":"deny"}"""], ["PUT", "references/r", """{"name":"r","values":{"kernel":["a"]}}"""],
            ["PUT", "resources/a/b/c", "x"], ["POST", "tokens", """{"can":["wrap"],"paths":["a/*"],"comment":"c"}"""], ["POST", "join-tokens", """{"ttl":"1h","labels":["a"]}"""],
            ["POST", "trust/ek", $$"""{"sha256":"{{hex}}","comment":"c"}"""], ["PUT", "approval-rules/x", $$"""{"ek_fingerprints":["{{hex}}"]}"""], ["POST", "namespaces", """{"prefix":"a","owners":["b"],"max_resources":9,"max_bytes":99,"max_policies":1,"description":"d"}"""], ["GET", "namespaces"], ["GET", "namespaces/a"], ["GET", "status"], ["GET", "audit"], ["GET", "audit/verify"],
            ["GET", "policies"], ["GET", "references"], ["GET", "resources"], ["GET", "tokens"], ["GET", "join-tokens"], ["GET", "trust"], ["GET", "approval-rules"],
        ];
        foreach (var call in done)
        {
            var answer = await _broker.AdminAsync(call[0], call[1], call.ElementAtOrDefault(2));
            Assert.InRange(answer.Status, 200, 204);
            var pattern = AdminRoutes.All(_broker.Parts).Where(r => r.Method == call[0] && new AdminPattern(r.Pattern).Matches(call[1].Split('/'), out _)).MinBy(r => new AdminPattern(r.Pattern).Rank, StringComparer.Ordinal)!;
            Assert.Equal(pattern.Answers is null, answer.Status == 204);
            if (pattern.Answers is not { } form) continue;
            Assert.Equal(form.IsList, answer.Json is JsonArray);
            foreach (var item in form.IsList ? answer.Json.AsArray().Select(i => i!.AsObject()) : [answer.Json.AsObject()])
            {
                Assert.Empty(item.Select(m => m.Key).Except(form.Members.Select(m => m.Name)));
                Assert.Empty(form.Members.Where(m => m.IsRequired && item[m.Name] is null).Select(m => $"{call[1]}: {m.Name}"));
            }
        }
    }

    [Fact]
    public async Task Approving_needs_no_body_and_the_document_says_so()
    {
        var document = (await _broker.AdminAsync("GET", "openapi.json")).ShouldBe(200).Json;
        Assert.False((bool)document["paths"]!["/hosts/{id}/approve"]!["post"]!["requestBody"]!["required"]!);
        Assert.True((bool)document["paths"]!["/tokens"]!["post"]!["requestBody"]!["required"]!);
    }

    private static string PathOf(AdminRoute route) => string.Join('/', route.Pattern.Split('/').Select(s => s.StartsWith("{*", StringComparison.Ordinal) ? "a/b/c" : s.StartsWith('{') ? "x" : s));

    private static string Strip(BrokerAnswer answer) => answer.Body.Replace(answer.RequestId!, "", StringComparison.Ordinal);
}
