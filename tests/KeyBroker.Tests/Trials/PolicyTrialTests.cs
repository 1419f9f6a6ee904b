using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Attested;

namespace Coffer.KeyBroker.Tests.Trials;

/// <summary>Policies tried on evidence and on past requests.</summary>
public sealed class PolicyTrialTests : IAsyncLifetime
{
    private TriedBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TriedBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task A_past_request_is_decided_again_by_the_stored_policy_and_by_a_candidate()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        var request = await _broker.AskAsync(200);

        var stored = (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["request_id"] = request })).ShouldBe(200).Json;
        Assert.True((bool)stored["allowed"]!, stored.ToJsonString());
        Assert.Equal(("tpm-node@1", "allowed"), ((string)stored["policy"]!, (string)stored["recorded"]!["outcome"]!));

        var stricter = TriedBroker.Policy("tpm-node", "allow", """{"all":[{"tee":"tpm"},{"host":{"labels":{"team":"a"}}}]}""");
        var tried = (await _broker.TryAsync(new JsonObject { ["policy"] = stricter.DeepClone(), ["request_id"] = request })).ShouldBe(200).Json;
        Assert.False((bool)tried["allowed"]!);
        Assert.Contains("team", (string)tried["reason"]!, StringComparison.Ordinal);
        Assert.Equal("tpm-node@candidate", (string)Assert.Single(tried["explanation"]!["policies"]!.AsArray())!["policy"]!);

        // It was tried, not put.
        await _broker.AskAsync(200);
        Assert.Equal(1, (int)(await _broker.Broker.AdminAsync("GET", "policies/tpm-node")).ShouldBe(200).Json["version"]!);
    }

    [Fact]
    public async Task What_was_recorded_is_what_was_decided_on_and_not_what_holds_now()
    {
        await _broker.PutAsync(TriedBroker.Policy("team", "allow", """{"host":{"labels":{"team":"a"}}}""").ToJsonString());
        var denied = await _broker.AskAsync(403);
        (await _broker.Broker.AdminAsync("PUT", $"hosts/{_broker.Host}/labels", """{"labels":["team=a"]}""")).ShouldBe(200);
        var allowed = await _broker.AskAsync(200);
        Assert.False((bool)(await _broker.TryAsync(new JsonObject { ["name"] = "team", ["request_id"] = denied })).ShouldBe(200).Json["allowed"]!);
        Assert.True((bool)(await _broker.TryAsync(new JsonObject { ["name"] = "team", ["request_id"] = allowed })).ShouldBe(200).Json["allowed"]!);
    }

    [Fact]
    public async Task Times_are_those_of_the_decision_and_the_clock_of_the_machine_is_recorded_too()
    {
        var until = _broker.Broker.Clock.GetUtcNow().AddMinutes(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var policy = TriedBroker.Policy("window", "allow", $$$"""{"all":[{"time":{"until":"{{{until}}}"}},{"claim":"tpm.clock.resets","exists":true}]}""");
        await _broker.PutAsync(policy.ToJsonString());
        var request = await _broker.AskAsync(200);
        _broker.Broker.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True((bool)(await _broker.TryAsync(new JsonObject { ["name"] = "window", ["request_id"] = request })).ShouldBe(200).Json["allowed"]!);
        Assert.False((bool)(await _broker.TryAsync(new JsonObject { ["name"] = "window", ["evidence"] = _broker.Evidence() })).ShouldBe(200).Json["allowed"]!);
    }

    [Fact]
    public async Task Evidence_is_held_to_one_policy_or_with_a_resource_to_all_of_them()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        await _broker.PutAsync(TriedBroker.Policy("closed", "deny", """{"tee":"tpm"}""").ToJsonString());
        var alone = (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["evidence"] = _broker.Evidence() })).ShouldBe(200).Json;
        Assert.True((bool)alone["allowed"]!, alone.ToJsonString());
        var denial = (await _broker.TryAsync(new JsonObject { ["name"] = "closed", ["evidence"] = _broker.Evidence() })).ShouldBe(200).Json;
        Assert.False((bool)denial["allowed"]!);
        var together = (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["evidence"] = _broker.Evidence(), ["resource"] = AttestedBroker.Path })).ShouldBe(200).Json;
        Assert.False((bool)together["allowed"]!);
        Assert.Contains("closed@1", (string)together["reason"]!, StringComparison.Ordinal);
        var elsewhere = (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["evidence"] = _broker.Evidence(), ["resource"] = "other/a/b" })).ShouldBe(200).Json;
        Assert.False((bool)elsewhere["about"]!);
    }

    [Fact]
    public async Task Evidence_that_does_not_hold_and_a_host_that_is_not_approved_are_refused_before_policies()
    {
        await _broker.PutAsync(TriedBroker.Policy("open", "allow", """{"tee":"tpm"}""").ToJsonString());
        var forged = _broker.Evidence();
        forged["runtime-data"]!["nonce"] = "another";
        (await _broker.TryAsync(new JsonObject { ["name"] = "open", ["evidence"] = forged })).ShouldBe(403);
        (await _broker.TryAsync(new JsonObject { ["name"] = "open", ["evidence"] = new JsonObject() })).ShouldBe(400);
        (await _broker.Broker.AdminAsync("POST", $"hosts/{_broker.Host}/revoke")).ShouldBe(200);
        var revoked = (await _broker.TryAsync(new JsonObject { ["name"] = "open", ["evidence"] = _broker.Evidence() })).ShouldBe(200).Json;
        Assert.False((bool)revoked["allowed"]!);
        Assert.Contains("revoked", (string)revoked["reason"]!, StringComparison.Ordinal);
        Assert.NotNull(revoked["admission"]);
    }

    [Fact]
    public async Task Claims_are_kept_once_for_many_decisions_and_for_a_month()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        var token = await _broker.Machine.TokenAsync();
        var request = await _broker.AskAsync(200, token);
        await _broker.AskAsync(200, token);
        await _broker.AskAsync(200); // another attestation: its clock differs, and nothing else
        Assert.Equal(1, await KeptAsync());
        _broker.Broker.Clock.Advance(TimeSpan.FromDays(29));
        (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["request_id"] = request })).ShouldBe(200);
        _broker.Broker.Clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal(0, await KeptAsync());
        Assert.Contains("kept until", (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["request_id"] = request })).ShouldBe(404).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_claims_are_an_integrity_failure()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        var request = await _broker.AskAsync(200);
        await _broker.Broker.Parts.Store.WriteAsync(
            async s =>
            {
                var kept = Assert.Single(await s.ListAsync(Collections.DecisionInputs, "", null, 10));
                kept.Value[^3] ^= 1;
                await s.PutAsync(Collections.DecisionInputs, kept.Key, kept.Value);
                return true;
            }, TestContext.Current.CancellationToken);
        Assert.Equal("integrity", (await _broker.TryAsync(new JsonObject { ["name"] = "tpm-node", ["request_id"] = request })).ShouldBe(500).Fault);
        _broker.Broker.Faults.Clear();
    }

    [Theory]
    [InlineData("""{"name":"x"}""", 400)]
    [InlineData("""{"name":"x","request_id":"0123456789abcdef","evidence":{}}""", 400)]
    [InlineData("""{"request_id":"0123456789abcdef"}""", 400)]
    [InlineData("""{"name":"x","policy":{},"request_id":"0123456789abcdef"}""", 400)]
    [InlineData("""{"policy":{"name":"x"},"request_id":"0123456789abcdef"}""", 400)]
    [InlineData("""{"name":"x","request_id":"0123456789abcdef"}""", 404)]
    [InlineData("""{"name":"x","evidence":{},"tee":"sample"}""", 400)]
    public async Task What_is_not_asked_rightly_is_refused(string body, int status) => (await _broker.Broker.AdminAsync("POST", "policy-trials", body)).ShouldBe(status);

    [Fact]
    public async Task A_policy_that_is_not_there_is_not_found()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        (await _broker.TryAsync(new JsonObject { ["name"] = "other", ["request_id"] = await _broker.AskAsync(200) })).ShouldBe(404);
    }

    private Task<long> KeptAsync() => _broker.Broker.Parts.Store.ReadAsync(s => s.CountAsync(Collections.DecisionInputs), TestContext.Current.CancellationToken);
}
