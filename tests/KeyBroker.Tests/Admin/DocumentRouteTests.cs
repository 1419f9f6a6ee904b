using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Admin;

/// <summary>Policies, reference sets and resources, over the API.</summary>
public sealed class DocumentRouteTests : IAsyncLifetime
{
    private RunningBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await RunningBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_policy_is_put_shown_changed_and_deleted()
    {
        var put = (await _broker.AdminAsync("PUT", "policies/tpm-node", PolicyExamples.Read("tpm-node"))).ShouldBe(200);
        Assert.Equal(1, (int)put.Json["version"]!);
        var shown = (await _broker.AdminAsync("GET", "policies/tpm-node")).ShouldBe(200);
        Assert.Equal(2, (int)(await _broker.AdminAsync("PUT", "policies/tpm-node", shown.Body)).ShouldBe(200).Json["version"]!);
        Assert.Equal("conflict", (await _broker.AdminAsync("PUT", "policies/tpm-node", shown.Body)).ShouldBe(409).Fault);
        Assert.Equal("tpm-node", (string?)Assert.Single((await _broker.AdminAsync("GET", "policies")).Json.AsArray())!["name"]);
        (await _broker.AdminAsync("DELETE", "policies/tpm-node")).ShouldBe(204);
        (await _broker.AdminAsync("DELETE", "policies/tpm-node")).ShouldBe(404);
        (await _broker.AdminAsync("GET", "policies/tpm-node")).ShouldBe(404);
        Assert.Equal(["policy.put", "policy.put", "policy.delete"], _broker.Audit.Entries.Where(e => e.Subject == "tpm-node").Select(e => e.Action));
        Assert.Equal(put.RequestId, _broker.Audit.Entries.First(e => e.Action == "policy.put").RequestId);
    }

    [Fact]
    public async Task Every_problem_of_a_policy_is_told()
    {
        var answer = (await _broker.AdminAsync("PUT", "policies/x", """{"name":"x","effect":"perhaps","bogus":1}""")).ShouldBe(400);
        Assert.True(answer.Json["error"]!["details"]!.AsArray().Count >= 3, answer.Body);
        Assert.Empty((await _broker.AdminAsync("GET", "policies")).Json.AsArray());
    }

    [Fact]
    public async Task A_reference_set_is_put_shown_and_expires()
    {
        var expires = _broker.Clock.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var document = $$$"""{"name":"kernels","expires":"{{{expires}}}","values":{"kernel":["a","b"]}}""";
        Assert.Equal(2, (int)(await _broker.AdminAsync("PUT", "references/kernels", document)).ShouldBe(200).Json["count"]!);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(document), (await _broker.AdminAsync("GET", "references/kernels")).ShouldBe(200).Json));
        Assert.False((bool)(await _broker.AdminAsync("GET", "references")).Json[0]!["expired"]!);
        _broker.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True((bool)(await _broker.AdminAsync("GET", "references")).Json[0]!["expired"]!);
        (await _broker.AdminAsync("PUT", "references/others", document)).ShouldBe(400);
        (await _broker.AdminAsync("DELETE", "references/kernels")).ShouldBe(204);
        (await _broker.AdminAsync("GET", "references/kernels")).ShouldBe(404);
    }

    [Fact]
    public async Task A_resource_goes_in_and_no_route_gives_it_back()
    {
        const string secret = "nobody-reads-this-back";
        (await _broker.AdminAsync("PUT", "resources/default/key/one", secret)).ShouldBe(200);
        var listed = Assert.Single((await _broker.AdminAsync("GET", "resources?prefix=default/key/")).ShouldBe(200).Json.AsArray())!;
        Assert.Equal(("default/key/one", secret.Length), ((string)listed["path"]!, (int)listed["size"]!));
        Assert.DoesNotContain(secret, (await _broker.AdminAsync("GET", "resources/default/key/one")).ShouldBe(200).Body, StringComparison.Ordinal);
        var record = await _broker.Parts.Store.ReadAsync(r => r.FindAsync(Collections.ResourceValues, "default/key/one/000001"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(secret, Encoding.Latin1.GetString(record!.Value), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, (await _broker.AdminAsync("GET", "audit")).Body, StringComparison.Ordinal);
        (await _broker.AdminAsync("DELETE", "resources/default/key/one")).ShouldBe(204);
        (await _broker.AdminAsync("DELETE", "resources/default/key/one")).ShouldBe(404);
    }

    [Theory]
    [InlineData("a/b", 10, 400)]
    [InlineData("a/b/c/d", 10, 400)]
    [InlineData("a/b/.c", 10, 400)]
    [InlineData("a/b/c", 1024 * 1024, 200)]
    [InlineData("a/b/c", (1024 * 1024) + 1, 400)]
    public async Task A_resource_has_a_path_of_three_and_a_bounded_size(string path, int size, int status) =>
        (await _broker.AdminAsync("PUT", $"resources/{path}", new string('x', size))).ShouldBe(status);

    [Fact]
    public async Task Json_of_any_depth_is_refused_without_a_fault()
    {
        var bomb = string.Concat(Enumerable.Repeat("{\"all\":[", 50_000));
        foreach (var path in (string[])["policies/x", "references/x"]) (await _broker.AdminAsync("PUT", path, bomb)).ShouldBe(400);
        (await _broker.AdminAsync("POST", "tokens", bomb)).ShouldBe(400);
        Assert.Empty(_broker.Faults);
    }
}
