using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tests.Policies;

public sealed class PolicyDecisionsTests : IAsyncDisposable
{
    private const string Yes = """{"tee":"tpm"}""";
    private const string No = """{"tee":"snp"}""";
    private const string Untold = """{"claim":"no.such","equals":1}""";
    private readonly PolicyFixture _policies = new();

    public ValueTask DisposeAsync() => _policies.DisposeAsync();

    [Fact]
    public async Task Nothing_is_allowed_without_a_policy()
    {
        var decision = await _policies.DecideAsync(PolicyFixture.Node());

        Assert.False(decision.Allowed);
        Assert.Empty(decision.Policies);
        Assert.Equal("no policy allows default/image-kek/1 to anybody", decision.Reason);
    }

    [Theory]
    [InlineData(true, "allow", Yes)]
    [InlineData(false, "allow", No)]
    [InlineData(false, "allow", Untold)]
    [InlineData(false, "deny", No)]
    [InlineData(true, "allow", Yes, "allow", No)]
    [InlineData(true, "allow", No, "allow", Yes)]
    [InlineData(false, "allow", Yes, "deny", Yes)]
    [InlineData(true, "allow", Yes, "deny", No)]
    [InlineData(false, "allow", Yes, "deny", Untold)]
    public async Task A_denial_wins_and_allowances_are_alternatives(bool allowed, params string[] effectsAndConditions)
    {
        for (var i = 0; i < effectsAndConditions.Length; i += 2) await _policies.PutAsync($"p{i}", effectsAndConditions[i], effectsAndConditions[i + 1]);

        var decision = await _policies.DecideAsync(PolicyFixture.Node());

        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed, (bool?)decision.Explanation["allowed"]);
        Assert.Equal(effectsAndConditions.Length / 2, decision.Policies.Count);
    }

    [Fact]
    public async Task Only_policies_about_the_resource_have_a_say()
    {
        await _policies.PutExampleAsync("tpm-node");

        Assert.True((await _policies.DecideAsync(PolicyFixture.Node())).Allowed);
        Assert.Empty((await _policies.DecideAsync(PolicyFixture.Node(), "default/other/1")).Policies);
        Assert.False((await _policies.DecideAsync(PolicyFixture.Node(), "default/image-kek/1/2")).Allowed);
    }

    [Fact]
    public async Task The_example_tpm_node_allows_an_approved_node_as_it_was_approved_and_names_what_else_fails()
    {
        await _policies.PutExampleAsync("tpm-node");

        foreach (var (change, reason) in new (Action<JsonObject>, string)[]
        {
            (n => n["tee"] = "snp", "claim tee in"),
            (n => n["host"]!["state"] = "revoked", "claim host.state in [\"approved\"]: it is \"revoked\""),
            (n => n["host"]!["state"] = "pending", "claim host.state in"),
            (n => n.Remove("host"), "claim host.state in: there is no such claim"),
            (n => n["tpm"]!.AsObject().Remove("binding_key"), "claim tpm.binding_key.certified equals: there is no such claim"),
            (n => n["tpm"]!["binding_key"]!["certified"] = false, "claim tpm.binding_key.certified equals true: it is false"),
            (n => n["tpm"]!["binding_key"]!["pcr_bound"] = false, "claim tpm.binding_key.pcr_bound equals"),
            (n => n["tpm"]!["binding_key"]!["pcrs"]!.AsArray().RemoveAt(14), "claim tpm.binding_key.pcrs contains"),
            (n => n["host"]!.AsObject().Remove("baseline"), "was not quoted, or nothing is known to compare it with"),
            (n => n["tpm"]!["pcrs"]!["sha256"]!["4"] = PolicyFixture.Pcr(99), "pcrs sha256 equal the host's baseline: register 4 differs"),
            (n => n["tpm"]!["pcrs"]!["sha256"]!["15"] = PolicyFixture.Pcr(99), "register 15 differs"),
        })
        {
            var node = PolicyFixture.Node();
            change(node);
            var decision = await _policies.DecideAsync(node);
            Assert.False(decision.Allowed);
            Assert.StartsWith("tpm-node@1: ", decision.Reason, StringComparison.Ordinal);
            Assert.Contains(reason, decision.Reason, StringComparison.Ordinal);
        }

        var moved = PolicyFixture.Node();
        moved["tpm"]!["pcrs"]!["sha256"]!["10"] = PolicyFixture.Pcr(99);
        Assert.True((await _policies.DecideAsync(moved)).Allowed);
    }

    [Fact]
    public async Task Every_other_example_allows_the_node_that_it_is_for()
    {
        var node = PolicyFixture.Node();
        await _policies.PutExampleAsync("labelled-hosts");
        Assert.True((await _policies.DecideAsync(node, "team-a/image-kek/1")).Allowed);
        await _policies.PutExampleAsync("time-window");
        Assert.True((await _policies.DecideAsync(node, "jobs/secret/1")).Allowed);
        await _policies.PutExampleAsync("tpm-secure-boot");
        Assert.True((await _policies.DecideAsync(node)).Allowed);
        await _policies.Broker.WriteAsync(async w => await PolicyShelf.DeleteAsync(w, "tpm-secure-boot"));
        await _policies.PutExampleAsync("reference-values");
        Assert.False((await _policies.DecideAsync(node)).Allowed);
        await _policies.PutReferenceAsync("node-boot", $$"""
            {"name":"node-boot","values":{"sha256":{"0":["{{PolicyFixture.Pcr(0)}}"],"2":["{{PolicyFixture.Pcr(2)}}"],"7":["{{PolicyFixture.Pcr(7)}}"]},"applications":["{{PolicyFixture.Pcr(50)}}","{{PolicyFixture.Pcr(51)}}"]} }
            """);
        Assert.True((await _policies.DecideAsync(node)).Allowed);
        await _policies.PutExampleAsync("deny-all");
        Assert.Equal("denied by deny-all@1", (await _policies.DecideAsync(node)).Reason);
    }

    [Fact]
    public async Task Sample_evidence_is_allowed_only_by_a_policy_that_names_it()
    {
        var sample = new JsonObject { ["tee"] = "sample", ["sample"] = new JsonObject { ["svn"] = "1" } };
        await _policies.PutAsync("a", "allow", """{"claim":"sample.svn","exists":true}""");
        var decision = await _policies.DecideAsync(sample);
        Assert.False(decision.Allowed);
        Assert.Contains("sample evidence proves nothing", decision.Reason, StringComparison.Ordinal);

        await _policies.PutAsync("b", "allow", """{"tee":"sample"}""");
        Assert.True((await _policies.DecideAsync(sample)).Allowed);
    }

    [Fact]
    public async Task A_denial_whose_condition_cannot_be_told_says_so()
    {
        await _policies.PutAsync("stop", "deny", """{"claim":"tpm.boot.debug","equals":true}""");

        Assert.Equal(
            "denied by stop@1, whose condition cannot be told: claim tpm.boot.debug equals: there is no such claim", (await _policies.DecideAsync(PolicyFixture.Node())).Reason);
    }

    [Fact]
    public async Task The_explanation_has_every_condition_with_expected_and_actual()
    {
        await _policies.PutAsync("p", "allow", """{"any":[{"all":[{"tee":"snp"},{"claim":"tpm.boot.secure_boot","equals":true}]},{"not":{"claim":"host.id","matches":"host-.*"}}]}""");

        var decision = await _policies.DecideAsync(PolicyFixture.Node());

        Assert.Equal("""
            {"resource":"default/image-kek/1","allowed":false,"time":"2026-01-02T03:04:05Z","policies":[{"policy":"p@1","effect":"allow","holds":false,"when":{"condition":"any","holds":false,"of":[{"condition":"all","holds":false,"of":[{"condition":"claim tee in","holds":false,"expected":["snp"],"actual":"tpm"},{"condition":"claim tpm.boot.secure_boot equals","holds":true,"expected":true,"actual":true}]},{"condition":"not","holds":false,"of":[{"condition":"claim host.id matches","holds":true,"expected":"host-.*","actual":"host-1"}]}]}}]}
            """, decision.Explanation.ToJsonString());
    }

    [Fact]
    public async Task The_explanation_does_not_grow_with_what_a_guest_sends()
    {
        var claims = PolicyFixture.Node();
        claims["text"] = "\u001b[31m" + new string('x', 1_000_000);
        claims["list"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(i => (JsonNode?)JsonValue.Create(i))]);
        claims["object"] = new JsonObject { ["a"] = new string('y', 1_000_000) };
        var many = string.Join(',', Enumerable.Repeat("""{"claim":"text","equals":"a"},{"claim":"list","equals":"a"},{"claim":"object","equals":"a"}""", 330));
        for (var i = 0; i < 3; i++) await _policies.PutAsync($"p{i}", "allow", $$"""{"all":[{{many}}]}""");

        var text = (await _policies.DecideAsync(claims)).Explanation.ToJsonString();

        Assert.InRange(text.Length, 1000, 400_000);
        Assert.Contains("omitted", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u001B", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_policy_put_anew_or_deleted_counts_at_once()
    {
        await _policies.PutAsync("p", "allow", Yes);
        Assert.True((await _policies.DecideAsync(PolicyFixture.Node())).Allowed);
        await _policies.PutAsync("p", "allow", No);
        Assert.Equal(["p@2"], (await _policies.DecideAsync(PolicyFixture.Node())).Policies);
        Assert.False((await _policies.DecideAsync(PolicyFixture.Node())).Allowed);
        await _policies.PutAsync("p", "allow", Yes);
        Assert.True((await _policies.DecideAsync(PolicyFixture.Node())).Allowed);
        await _policies.Broker.WriteAsync(async w => await PolicyShelf.DeleteAsync(w, "p"));
        Assert.False((await _policies.DecideAsync(PolicyFixture.Node())).Allowed);
    }

    [Fact]
    public async Task A_stored_policy_that_cannot_be_read_stops_every_decision()
    {
        await _policies.PutAsync("p", "allow", Yes);
        await _policies.PutAsync("broken", "deny", No);
        await _policies.Broker.WriteAsync(w => w.PutAsync(Collections.Policies, "broken", "{}"u8.ToArray()));

        var broken = await Assert.ThrowsAsync<BrokerException>(() => _policies.DecideAsync(PolicyFixture.Node()));

        Assert.Equal(ExitStatus.Integrity, broken.ExitStatus);
    }

    [Fact]
    public async Task Versions_are_kept_also_after_a_deletion()
    {
        await _policies.PutAsync("p", "allow", Yes);
        await _policies.PutAsync("p", "deny", Yes);
        await _policies.Broker.WriteAsync(async w => await PolicyShelf.DeleteAsync(w, "p"));
        await _policies.PutAsync("p", "allow", No);
        await _policies.PutAsync("p2", "allow", No);

        var versions = await _policies.Broker.ReadAsync(r => PolicyShelf.VersionsAsync(r, "p", 10));
        var present = await _policies.Broker.ReadAsync(r => PolicyShelf.ListAsync(r, null, 10));

        Assert.Equal([3, 2, 1], versions.Select(v => v.Version));
        Assert.Equal("deny", (string?)versions[1].Document["effect"]);
        Assert.Equal([("p", 3), ("p2", 1)], present.Select(p => (p.Name, (int)p.Version)));
        Assert.Equal(["name", "version", "effect", "resources", "put", "actor"], present[0].ToSummary().Select(m => m.Key));
    }

    [Fact]
    public async Task A_document_made_from_an_older_version_is_not_put_over_a_newer_one()
    {
        await _policies.PutAsync("p", "allow", Yes);
        var edited = (await _policies.Broker.ReadAsync(r => PolicyShelf.FindAsync(r, "p")))!.ToDocument().ToJsonString();
        await _policies.PutAsync("p", edited);

        var conflict = await Assert.ThrowsAsync<BrokerException>(() => _policies.PutAsync("p", edited));

        Assert.Equal(BrokerFault.Conflict, conflict.Fault);
        Assert.Contains("made from version 1, and version 2 is present", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_is_put_under_its_own_name_or_not_at_all()
    {
        Assert.Equal(BrokerFault.BadRequest, (await Assert.ThrowsAsync<BrokerException>(() => _policies.PutAsync("other", PolicyExamples.Read("tpm-node")))).Fault);
        var emoji = string.Concat(Enumerable.Repeat("🔑", 500));
        var wide = $$"""{"name":"p","resources":["**"],"effect":"deny","when":{"claim":"x","in":[{{string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"{i}{emoji}\""))}}]} }""";
        Assert.InRange(Encoding.UTF8.GetByteCount(wide), 60_000, 65_536);
        await Assert.ThrowsAsync<InvalidDocumentException>(() => _policies.PutAsync("p", wide));
        Assert.Empty((await _policies.DecideAsync(PolicyFixture.Node())).Policies);
    }
}
