using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Attested;

namespace Coffer.KeyBroker.Tests.Trials;

/// <summary>Past decisions under a policy that is not put yet.</summary>
public sealed class PolicyReplayTests : IAsyncLifetime
{
    private TriedBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TriedBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task What_would_be_denied_is_named_with_the_condition_that_flips()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        var first = await _broker.AskAsync(200);
        (await _broker.Broker.AdminAsync("PUT", $"hosts/{_broker.Host}/labels", """{"labels":["team=a"]}""")).ShouldBe(200);
        await _broker.AskAsync(200);
        var answer = await ReplayAsync(TriedBroker.Policy("tpm-node", "allow", """{"all":[{"tee":"tpm"},{"host":{"labels":{"team":"a"}}}]}"""));
        Counts(answer, replayed: 2, denied: 1, unchanged: 1);
        var change = Assert.Single(answer["changes"]!.AsArray())!;
        Assert.Equal((first, "newly_denied", AttestedBroker.Path, "allowed"), ((string)change["request_id"]!, (string)change["change"]!, (string)change["resource"]!, (string)change["recorded"]!));
        Assert.Contains("host.labels.team", (string)change["why"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_would_be_allowed_is_named_with_what_did_not_hold()
    {
        await _broker.PutAsync(TriedBroker.Policy("team", "allow", """{"host":{"labels":{"team":"a"}}}""").ToJsonString());
        await _broker.AskAsync(403);
        var answer = await ReplayAsync(TriedBroker.Policy("team", "allow", """{"tee":"tpm"}"""));
        Counts(answer, replayed: 1, allowed: 1);
        Assert.Contains("host.labels.team", (string)answer["changes"]![0]!["why"]!, StringComparison.Ordinal);
        // A denial from a policy that is new: nothing was allowed, and nothing changes.
        Counts(await ReplayAsync(TriedBroker.Policy("closed", "deny", """{"tee":"tpm"}""")), replayed: 1, unchanged: 1);
    }

    [Fact]
    public async Task Time_is_that_of_the_decision()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        await _broker.AskAsync(200);
        var now = _broker.Broker.Clock.GetUtcNow();
        _broker.Broker.Clock.Advance(TimeSpan.FromHours(3));
        await _broker.AskAsync(200);
        var until = now.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        Counts(await ReplayAsync(TriedBroker.Policy("tpm-node", "allow", $$$"""{"time":{"until":"{{{until}}}"}}""")), replayed: 2, denied: 1, unchanged: 1);
    }

    [Fact]
    public async Task Other_resources_and_older_decisions_are_left_out()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        for (var i = 0; i < 3; i++) await _broker.AskAsync(200);
        var closed = TriedBroker.Policy("tpm-node", "deny", """{"tee":"tpm"}""");
        Counts(await ReplayAsync(closed, 2), replayed: 2, denied: 2);
        Counts(await ReplayAsync(closed, 100, "default/image-kek/*"), replayed: 3, denied: 3);
        Counts(await ReplayAsync(closed, 100, "other/**"), replayed: 0);
        Counts(await ReplayAsync(TriedBroker.Policy("else", "deny", """{"tee":"tpm"}""", "other/**")), replayed: 3, unchanged: 3);
    }

    [Fact]
    public async Task What_was_decided_otherwise_then_is_counted_apart()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        await _broker.AskAsync(200);
        (await _broker.Broker.AdminAsync("DELETE", "policies/tpm-node")).ShouldBe(204);
        var answer = await ReplayAsync(TriedBroker.Policy("more", "allow", """{"host":{"labels":{"team":"a"}}}"""));
        Counts(answer, replayed: 1, unchanged: 1);
        Assert.Equal(1, (int)answer["drifted"]!);
    }

    [Fact]
    public async Task Where_claims_are_gone_it_cannot_be_told_unless_the_policy_has_no_say()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        await _broker.AskAsync(200);
        _broker.Broker.Clock.Advance(TimeSpan.FromDays(40));
        await _broker.AskAsync(200);
        var answer = await ReplayAsync(TriedBroker.Policy("tpm-node", "deny", """{"tee":"tpm"}"""));
        Counts(answer, replayed: 2, denied: 1, cannotTell: 1);
        Assert.Contains("kept until", (string)answer["changes"]![1]!["why"]!, StringComparison.Ordinal);
        Counts(await ReplayAsync(TriedBroker.Policy("else", "deny", """{"tee":"tpm"}""", "other/**")), replayed: 2, unchanged: 2);
    }

    [Fact]
    public async Task Decisions_of_older_versions_and_refusals_without_policies_are_no_guesses()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        await AppendAsync(new JsonObject { ["resource"] = AttestedBroker.Path, ["allowed"] = true, ["time"] = "2026-01-01T00:00:00Z", ["policies"] = new JsonArray() }); // as it was before claims were kept
        await AppendAsync(null); // refused before policies were asked
        var answer = await ReplayAsync(TriedBroker.Policy("tpm-node", "deny", """{"tee":"tpm"}"""));
        Counts(answer, replayed: 1, cannotTell: 1);
        Assert.Contains("older version", (string)answer["changes"]![0]!["why"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decisions_of_several_brokers_are_the_last_of_all()
    {
        await _broker.PutAsync(PolicyExamples.Read("tpm-node"));
        var clock = _broker.Broker.Clock;
        using var other = new AuditLog("fedcba9876543210", _broker.Broker.Parts.RootKey, clock);
        await AppendAsync(Explained(), other);
        clock.Advance(TimeSpan.FromSeconds(1));
        await _broker.AskAsync(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        await AppendAsync(Explained(), other);
        Counts(await ReplayAsync(TriedBroker.Policy("tpm-node", "deny", """{"tee":"tpm"}"""), 2), replayed: 2, denied: 1, cannotTell: 1);

        static JsonObject Explained() => new() { ["allowed"] = true };
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"policy":{"name":"x"}}""")]
    [InlineData("""{"policy":{"name":"x","resources":["**"],"effect":"deny"},"count":0}""")]
    [InlineData("""{"policy":{"name":"x","resources":["**"],"effect":"deny"},"count":10001}""")]
    [InlineData("""{"policy":{"name":"x","resources":["**"],"effect":"deny"},"resource":"a//b"}""")]
    public async Task What_is_not_asked_rightly_is_refused(string body) => (await _broker.Broker.AdminAsync("POST", "policy-replays", body)).ShouldBe(400);

    private async Task<JsonNode> ReplayAsync(JsonObject policy, int count = 100, string? resource = null)
    {
        var body = new JsonObject { ["policy"] = policy.DeepClone(), ["count"] = count };
        if (resource is not null) body["resource"] = resource;
        return (await _broker.Broker.AdminAsync("POST", "policy-replays", body.ToJsonString())).ShouldBe(200).Json;
    }

    private static void Counts(JsonNode answer, int replayed, int denied = 0, int allowed = 0, int unchanged = 0, int cannotTell = 0) => Assert.Equal(
        (replayed, denied, allowed, unchanged, cannotTell),
        ((int)answer["replayed"]!, (int)answer["newly_denied"]!, (int)answer["newly_allowed"]!, (int)answer["unchanged"]!, (int)answer["cannot_tell"]!));

    private Task<bool> AppendAsync(JsonObject? explanation, AuditLog? log = null) => _broker.Broker.Parts.Store.WriteAsync(
        async s =>
        {
            var entry = new AuditEvent("r-1", "resource.release", AuditOutcome.Denied, "why") { Subject = AttestedBroker.Path, Explanation = explanation };
            await (log ?? (IAuditLog)_broker.Broker.Audit).AppendAsync(s, entry);
            return true;
        }, TestContext.Current.CancellationToken);
}
