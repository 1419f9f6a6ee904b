using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Kbs;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.References;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Attested;

/// <summary>Releases by the policies that are shipped, unedited.</summary>
public sealed class PolicyReleaseTests
{
    [Fact]
    public async Task The_ready_policy_lets_an_approved_machine_in_and_nobody_else()
    {
        await using var broker = await StartAsync();
        var (machine, _) = await ApprovedAsync(broker);
        using var disposed = machine;
        var token = await machine.TokenAsync();
        Refused(broker, await machine.GetAsync(AttestedBroker.Path, token), "no policy allows");

        await PutPolicyAsync(broker, "tpm-node", PolicyExamples.Read("tpm-node"));
        Assert.Equal(AttestedBroker.Secret, machine.Open((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200)));

        machine.SendsBindingKey = false;
        Refused(broker, await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync()), "binding_key");
    }

    [Fact]
    public async Task A_changed_register_and_a_deleted_policy_close_the_key_at_once()
    {
        await using var broker = await StartAsync();
        var (machine, _) = await ApprovedAsync(broker);
        using var disposed = machine;
        await PutPolicyAsync(broker, "tpm-node", PolicyExamples.Read("tpm-node"));
        var token = await machine.TokenAsync();
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);

        machine.Tpm.Extend(8);
        machine.BindingKey.Dispose();
        machine.BindingKey = new FakeBindingKey(machine.Tpm);
        Refused(broker, await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync()), "8");

        await broker.Parts.Store.WriteAsync(s => PolicyShelf.DeleteAsync(s, "tpm-node"), Cancel);
        Refused(broker, await machine.GetAsync(AttestedBroker.Path, token), "no policy allows");
    }

    [Fact]
    public async Task A_reference_set_closes_the_key_when_it_expires()
    {
        await using var broker = await StartAsync();
        var (machine, _) = await ApprovedAsync(broker);
        using var disposed = machine;
        var expires = broker.Clock.GetUtcNow().AddMinutes(2).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await PutPolicyAsync(broker, "boot", """{"name":"boot","resources":["default/**"],"effect":"allow","when":{"all":[{"tee":"tpm"},{"pcrs":{"bank":"sha256","registers":[0,7],"reference":"node-boot"}}]}}""");
        var values = new JsonObject { ["0"] = new JsonArray(Convert.ToHexStringLower(machine.Tpm.Pcrs[0])), ["7"] = new JsonArray(Convert.ToHexStringLower(machine.Tpm.Pcrs[7])) };
        var set = new JsonObject { ["name"] = "node-boot", ["expires"] = expires, ["values"] = new JsonObject { ["sha256"] = values } };
        await broker.Parts.Store.WriteAsync(s => ReferenceShelf.PutAsync(s, "node-boot", Encoding.UTF8.GetBytes(set.ToJsonString())), Cancel);
        var token = await machine.TokenAsync();
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
        broker.Clock.Advance(TimeSpan.FromMinutes(2));
        Refused(broker, await machine.GetAsync(AttestedBroker.Path, token), "expired");
    }

    [Fact]
    public async Task Labels_are_what_policies_can_ask_for()
    {
        await using var broker = await StartAsync();
        var (machine, host) = await ApprovedAsync(broker);
        using var disposed = machine;
        await PutPolicyAsync(broker, "team", """{"name":"team","resources":["default/**"],"effect":"allow","when":{"host":{"state":"approved","labels":{"team":"a","production":"true"}}}}""");
        var token = await machine.TokenAsync();
        Refused(broker, await machine.GetAsync(AttestedBroker.Path, token), "team");
        (await broker.AdminAsync("PUT", $"hosts/{host}/labels", """{"labels":["team=a","production"]}""")).ShouldBe(200);
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
        (await broker.AdminAsync("PUT", $"hosts/{host}/labels", """{"labels":["team=a","team=b"]}""")).ShouldBe(400);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<RunningBroker> StartAsync() =>
        RunningBroker.StartAsync(parts => KbsFronts.Of(parts, new PolicyDecisions(parts.Time), [new TpmVerifier()]), new BrokerRules());

    private static async Task<(FakeMachine Machine, string Host)> ApprovedAsync(RunningBroker broker)
    {
        using var vendor = new TestAuthority();
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        var machine = new FakeMachine(broker, vendor);
        (await machine.SendAsync("POST", $"/kbs/v0/resource/{AttestedBroker.Path}", body: AttestedBroker.Secret, token: broker.AdminToken)).ShouldBe(200);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        return (machine, host);
    }

    private static Task<StoredPolicy> PutPolicyAsync(RunningBroker broker, string name, string document) =>
        broker.Parts.Store.WriteAsync(s => PolicyShelf.PutAsync(s, name, Encoding.UTF8.GetBytes(document), broker.Clock.GetUtcNow(), null), Cancel);

    private static void Refused(RunningBroker broker, MachineAnswer answer, string reason)
    {
        answer.ShouldBeRefused(403, "PolicyDeny");
        Assert.Contains(reason, Assert.Single(broker.Audit.Entries, e => e.RequestId == answer.RequestId).Reason, StringComparison.Ordinal);
    }
}
