using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Kbs;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Attested;

public sealed class NoAuditTests
{
    [Fact]
    public async Task What_cannot_be_put_into_the_audit_is_not_released_and_changes_nothing()
    {
        var broken = new Breakable();
        await using var broker = await RunningBroker.StartAsync(
            parts => KbsFronts.Of(broken.In(parts), new SetPolicies { Judge = (_, _) => null }, [new TpmVerifier()]), new BrokerRules());
        using var vendor = new TestAuthority();
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        using var machine = new FakeMachine(broker, vendor);
        (await machine.SendAsync("POST", "/kbs/v0/resource/default/a/b", body: AttestedBroker.Secret, token: broker.AdminToken)).ShouldBe(200);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        var token = await machine.TokenAsync();
        (await machine.GetAsync("default/a/b", token)).ShouldBe(200);

        broken.IsBroken = true;
        var refused = (await machine.GetAsync("default/a/b", token)).ShouldBeRefused(503, "PluginInternalError");
        Assert.DoesNotContain("ciphertext", refused.Body, StringComparison.Ordinal);
        (await machine.AttestAsync()).ShouldBeRefused(503, "PluginInternalError");
        (await machine.SendAsync("DELETE", "/kbs/v0/resource/default/a/b", token: broker.AdminToken)).ShouldBeRefused(503, "PluginInternalError");

        broken.IsBroken = false;
        (await machine.GetAsync("default/a/b", token)).ShouldBe(200);
    }

    private sealed class Breakable : IAuditLog
    {
        private IAuditLog? _inner;

        public bool IsBroken { get; set; }

        public BrokerParts In(BrokerParts parts)
        {
            _inner = parts.Audit;
            return new BrokerParts(parts.Store, parts.RootKey, parts.Sealer, this, parts.Time) { Settings = parts.Settings };
        }

        public ValueTask AppendAsync(IStoreWriter store, AuditEvent entry) =>
            IsBroken ? throw new BrokerException(BrokerFault.Unavailable, "the disk is full") : _inner!.AppendAsync(store, entry);
    }
}
