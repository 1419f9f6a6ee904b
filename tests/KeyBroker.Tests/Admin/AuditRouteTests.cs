using System.Text.Json.Nodes;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Admin;

/// <summary>The audit and the status, over the API.</summary>
public sealed class AuditRouteTests : IAsyncLifetime
{
    private RunningBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await RunningBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private Task<BrokerAnswer> MakeAsync() => _broker.AdminAsync("POST", "tokens", """{"can":["audit"]}""");

    private async Task<JsonArray> ListAsync(string query) => (await _broker.AdminAsync("GET", $"audit?{query}")).ShouldBe(200).Json.AsArray();

    [Fact]
    public async Task Entries_are_listed_page_by_page_in_both_orders_and_filtered()
    {
        for (var i = 0; i < 5; i++) (await MakeAsync()).ShouldBe(201);
        var first = await ListAsync("most=2");
        Assert.Equal([1, 2], first.Select(e => (int)e!["seq"]!));
        Assert.Equal([3, 4], (await ListAsync($"most=2&after={first[1]!["writer"]}/{2:D16}")).Select(e => (int)e!["seq"]!));
        Assert.Equal([5, 4], (await ListAsync("most=2&newest=true")).Select(e => (int)e!["seq"]!));
        Assert.Equal(5, (await ListAsync("action=token.")).Count);
        Assert.Empty(await ListAsync("action=token.delete"));
        Assert.Empty(await ListAsync("outcome=denied"));
        foreach (var member in (string[])["seq", "request_id", "action", "outcome", "reason", "time"]) Assert.NotNull(first[0]![member]);
    }

    [Fact]
    public async Task A_request_is_explained_by_its_id_or_the_beginning_of_it()
    {
        var made = await MakeAsync();
        var explained = (await _broker.AdminAsync("GET", $"audit/explain/{made.RequestId![..8]}")).ShouldBe(200).Json;
        Assert.Equal(made.RequestId, (string?)explained["request_id"]);
        Assert.Equal("token.create", (string?)Assert.Single(explained["entries"]!.AsArray())!["action"]);
        (await _broker.AdminAsync("GET", "audit/explain/0000000000000000")).ShouldBe(404);
        (await _broker.AdminAsync("GET", "audit/explain/a!b")).ShouldBe(400);
    }

    [Fact]
    public async Task A_chain_that_holds_is_said_so_and_one_that_was_changed_too()
    {
        (await MakeAsync()).ShouldBe(201);
        var head = (string)(await _broker.AdminAsync("GET", "audit/verify")).ShouldBe(200).Json["head"]!;
        (await MakeAsync()).ShouldBe(201);
        Assert.Equal(2, (int)(await _broker.AdminAsync("GET", $"audit/verify?expect_head={head}")).ShouldBe(200).Json["entries"]!);

        await _broker.Parts.Store.WriteAsync(async w => await w.DeleteAsync(Collections.Audit, $"{head.Split(':')[0]}/{1:D16}"), TestContext.Current.CancellationToken);
        Assert.Equal("integrity", (await _broker.AdminAsync("GET", "audit/verify")).ShouldBe(500).Fault);
    }

    [Theory]
    [InlineData("most=0")]
    [InlineData("most=1001")]
    [InlineData("most=x")]
    [InlineData("after=x")]
    [InlineData("newest=yes")]
    [InlineData("outcome=x")]
    [InlineData("from=yesterday")]
    [InlineData("bogus=1")]
    public async Task A_query_that_is_not_as_documented_is_refused(string query) => (await _broker.AdminAsync("GET", $"audit?{query}")).ShouldBe(400);

    [Fact]
    public async Task A_token_that_can_audit_reads_and_changes_nothing()
    {
        var token = (string)(await MakeAsync()).Json["token"]!;
        (await _broker.SendAsync("GET", "audit", token)).ShouldBe(200);
        Assert.Equal(2, (int)(await _broker.SendAsync("GET", "status", token)).ShouldBe(200).Json["tokens"]!);
        foreach (var route in AdminRoutes.All(_broker.Parts).Where(r => r.Method != "GET" && r.Needs != Permission.None))
        {
            if (route.Pattern == "audit/checkpoints") continue; // whoever exports has the audit's ends signed, which changes nothing that they say
            (await _broker.SendAsync(route.Method, route.Pattern.Replace("{*path}", "a/b/c", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), token)).ShouldBe(403);
        }
    }

    [Fact]
    public async Task A_flood_of_wrong_credentials_does_not_fill_the_audit()
    {
        for (var i = 0; i < 50; i++) (await _broker.SendAsync("GET", "tokens", "x")).ShouldBe(401);
        _broker.Clock.Advance(TimeSpan.FromMinutes(2));
        await _broker.Parts.Floods.FlushAsync(_broker.Parts.Store, all: true, TestContext.Current.CancellationToken);
        var entries = await ListAsync("action=access.unauthenticated");
        Assert.InRange(entries.Count, 2, 20);
        Assert.Contains("more within a minute", (string)entries[^1]!["reason"]!, StringComparison.Ordinal);
    }
}
