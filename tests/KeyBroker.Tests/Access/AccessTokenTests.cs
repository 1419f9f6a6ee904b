using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>A token's life.</summary>
public sealed class AccessTokenTests : IAsyncLifetime
{
    private RunningBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await RunningBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task It_is_made_used_listed_and_ended()
    {
        var made = (await _broker.AdminAsync("POST", "tokens", """{"can":["admin"],"ttl":"1h","comment":"for the night"}""")).ShouldBe(201);
        var (id, token) = ((string)made.Json["id"]!, (string)made.Json["token"]!);
        Assert.Matches($"^coffer_{id}_[A-Za-z0-9_-]{{43}}$", token);
        (await _broker.SendAsync("GET", "tokens", token)).ShouldBe(200);
        var listed = (await _broker.AdminAsync("GET", "tokens")).Json.AsArray().Single(t => (string?)t!["id"] == id)!;
        Assert.Equal("for the night", (string?)listed["comment"]);
        Assert.False((bool)listed["expired"]!);

        (await _broker.AdminAsync("DELETE", $"tokens/{id}")).ShouldBe(204);

        (await _broker.SendAsync("GET", "tokens", token)).ShouldBe(401);
        Assert.Equal("not_found", (await _broker.AdminAsync("DELETE", $"tokens/{id}")).ShouldBe(404).Fault);
        Assert.Equal(["token.create", "token.delete"], _broker.Audit.Entries.Where(e => e.Subject == id).Select(e => e.Action));
        Assert.Equal(made.RequestId, _broker.Audit.Entries.First(e => e.Subject == id).RequestId);
    }

    [Fact]
    public async Task One_that_has_expired_is_listed_as_such_for_a_week()
    {
        var id = (string)(await _broker.AdminAsync("POST", "tokens", """{"can":["audit"],"ttl":"1h"}""")).ShouldBe(201).Json["id"]!;
        _broker.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True((bool)(await ListedAsync(id))!["expired"]!);
        _broker.Clock.Advance(TimeSpan.FromDays(7));
        Assert.Null(await ListedAsync(id));
    }

    [Fact]
    public async Task Its_secret_stands_neither_in_the_store_nor_in_lists_nor_in_the_audit()
    {
        var token = (string)(await _broker.AdminAsync("POST", "tokens", """{"can":["wrap"],"paths":["default/*"]}""")).ShouldBe(201).Json["token"]!;
        var secret = token[24..];
        var records = await _broker.Parts.Store.ReadAsync(r => r.ListAsync(Collections.AccessTokens, "", null, 100), TestContext.Current.CancellationToken);
        Assert.Equal(2, records.Count);
        Assert.All(records, r => Assert.DoesNotContain(secret, Encoding.UTF8.GetString(r.Value), StringComparison.Ordinal));
        Assert.DoesNotContain(secret, (await _broker.AdminAsync("GET", "tokens")).Body, StringComparison.Ordinal);
        Assert.All(_broker.Audit.Entries, e => Assert.DoesNotContain(secret, e.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("default/*", "default/image-kek/x", true)]
    [InlineData("default/*", "default2/image-kek/x", false)]
    [InlineData("default/*", "other/default/x", false)]
    [InlineData("default/image-kek/*", "default/image-kek/x", true)]
    [InlineData("default/image-kek/*", "default/other/x", false)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("a/b/c", "a/b/c", true)]
    [InlineData("a/b/c", "a/b/C", false)]
    [InlineData("default/*", "default/image-kek", false)]
    [InlineData("default/*", "default/image-kek/x/y", false)]
    public async Task A_path_covers_everything_below_it(string path, string resource, bool covers)
    {
        var made = (await _broker.AdminAsync("POST", "tokens", $$"""{"can":["wrap"],"paths":["{{path}}"]}""")).ShouldBe(201);
        var token = await _broker.Parts.Store.ReadAsync(AccessTokens.ListAsync, TestContext.Current.CancellationToken);
        Assert.Equal(covers, token.Single(t => t.Id == (string?)made.Json["id"]).ToCaller().Reaches(Permission.Wrap, resource));
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a/b**")]
    [InlineData("a b")]
    [InlineData("a/b/c/d")]
    public async Task What_is_no_path_is_refused(string path) =>
        (await _broker.AdminAsync("POST", "tokens", $$"""{"can":["wrap"],"paths":["{{path}}"]}""")).ShouldBe(400);

    private async Task<JsonNode?> ListedAsync(string id) => (await _broker.AdminAsync("GET", "tokens")).ShouldBe(200).Json.AsArray().SingleOrDefault(t => (string?)t!["id"] == id);
}
