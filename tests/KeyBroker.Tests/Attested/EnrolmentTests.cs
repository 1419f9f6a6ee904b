using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm.Structures;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Attested;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task A_machine_whose_certificate_leads_to_an_installed_root_waits_for_approval()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var enrolled = (await machine.EnrolAsync()).ShouldBe(200);
        Assert.Equal("pending", (string?)enrolled.Json["state"]);
        Assert.Equal(machine.Tpm.AkName, (string?)enrolled.Json["ak_name"]);

        var refused = (await machine.AttestAsync()).ShouldBeRefused(403, "AttestationError");
        broker.ShouldHaveRefused(refused.RequestId, "waits for approval");

        var host = Assert.Single((await broker.Broker.AdminAsync("GET", "hosts")).ShouldBe(200).Json.AsArray())!;
        Assert.Equal((string?)enrolled.Json["host"], (string?)host["id"]);
        Assert.Equal(broker.Vendor.Issuer, (string?)host["ek"]!["issuer"]);
        Assert.Equal(machine.Tpm.EkFingerprint, (string?)host["ek"]!["sha256"]);
        Assert.Null(host["baseline"]);
        Assert.Equal(Convert.ToHexStringLower(machine.Tpm.Pcrs[7]), (string?)host["pcrs"]!["sha256"]!["7"]);
    }

    [Fact]
    public async Task A_certificate_of_a_vendor_that_nobody_installed_gets_no_credential()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var other = new TestAuthority("Other");
        using var machine = new FakeMachine(broker.Broker, other);
        broker.ShouldHaveRefused((await machine.EnrolAsync()).ShouldBe(403).RequestId, "is not vouched for");
    }

    [Fact]
    public async Task A_certificate_of_another_key_gets_no_credential()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        using var other = new FakeTpm();
        machine.EkCertificate = broker.Vendor.Certify(other.EkPublicKey);
        broker.ShouldHaveRefused((await machine.EnrolAsync()).ShouldBe(403).RequestId, "another key than the one offered");
    }

    [Fact]
    public async Task A_revoked_certificate_gets_no_credential()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        (await broker.Broker.AdminAsync("POST", "trust", broker.Vendor.RevocationListPem(machine.EkCertificate!))).ShouldBe(200);
        broker.ShouldHaveRefused((await machine.EnrolAsync()).ShouldBe(403).RequestId, "was revoked by");
        using var another = broker.Machine();
        (await another.EnrolAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task Without_a_certificate_only_a_registered_endorsement_key_enrols()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = new FakeMachine(broker.Broker);
        broker.ShouldHaveRefused((await machine.EnrolAsync()).ShouldBe(403).RequestId, "is not registered");
        (await broker.Broker.AdminAsync("POST", "trust/ek", $$"""{"sha256":"{{machine.Tpm.EkFingerprint}}","comment":"rack 7"}""")).ShouldBe(201);
        (await machine.EnrolAsync()).ShouldBe(200);
    }

    [Theory]
    [InlineData(TpmObjectAttributes.Restricted, false)]
    [InlineData(TpmObjectAttributes.FixedTpm, false)]
    [InlineData(TpmObjectAttributes.FixedParent, false)]
    [InlineData(TpmObjectAttributes.SensitiveDataOrigin, false)]
    [InlineData(TpmObjectAttributes.Sign, false)]
    [InlineData(TpmObjectAttributes.Decrypt, true)]
    public async Task An_attestation_key_with_other_attributes_gets_no_credential(TpmObjectAttributes attribute, bool isSet)
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        machine.Tpm.AkAttributes = isSet ? machine.Tpm.AkAttributes | attribute : machine.Tpm.AkAttributes & ~attribute;
        broker.ShouldHaveRefused((await machine.BeginAsync()).ShouldBe(403).RequestId, attribute.ToString());
    }

    [Fact]
    public async Task A_credential_opens_for_no_key_of_another_name()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var challenge = Challenge(await machine.BeginAsync());
        var other = machine.Tpm.Ak with { Attributes = machine.Tpm.AkAttributes & ~TpmObjectAttributes.Restricted };
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret, other.ComputeName()));
    }

    [Fact]
    public async Task A_wrong_secret_ends_the_enrolment_and_the_right_one_is_taken_once()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var first = Challenge(await machine.BeginAsync());
        broker.ShouldHaveRefused((await machine.FinishAsync(first, new byte[32])).ShouldBe(401).RequestId, "secret is another one");
        broker.ShouldHaveRefused((await machine.FinishAsync(first, machine.Tpm.Activate(first.CredentialBlob, first.EncryptedSecret))).ShouldBe(401).RequestId, "no such enrolment");

        var second = Challenge(await machine.BeginAsync());
        var secret = machine.Tpm.Activate(second.CredentialBlob, second.EncryptedSecret);
        (await machine.FinishAsync(second, secret)).ShouldBe(200);
        (await machine.FinishAsync(second, secret)).ShouldBe(401);
    }

    [Fact]
    public async Task An_enrolment_expires_after_minutes()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var challenge = Challenge(await machine.BeginAsync());
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(5));
        (await machine.FinishAsync(challenge, machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret))).ShouldBe(401);
    }

    [Fact]
    public async Task The_quote_must_be_of_the_enrolling_key_and_bound_to_the_secret()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        using var other = new FakeTpm();
        var challenge = Challenge(await machine.BeginAsync());
        var secret = machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret);
        var (message, signature) = other.Quote(EnrolmentProof.Binding(challenge.Nonce, secret));
        var foreign = await broker.Broker.SendAsync("POST", $"enroll/{challenge.Enrolment}", body: Text(new EnrolmentProof(secret, new EnrolmentQuoteMessage(message, signature, other.Pcrs))));
        broker.ShouldHaveRefused(foreign.ShouldBe(403).RequestId, "does not hold");

        challenge = Challenge(await machine.BeginAsync());
        secret = machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret);
        (message, signature) = machine.Tpm.Quote(EnrolmentProof.Binding(new byte[32], secret));
        var unbound = await broker.Broker.SendAsync("POST", $"enroll/{challenge.Enrolment}", body: Text(new EnrolmentProof(secret, new EnrolmentQuoteMessage(message, signature, machine.Tpm.Pcrs))));
        broker.ShouldHaveRefused(unbound.ShouldBe(403).RequestId, "another nonce");
    }

    [Fact]
    public async Task A_revoked_host_does_not_enrol_again_under_any_rule_until_it_is_reinstated()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        (await broker.Broker.AdminAsync("PUT", "approval-rules/vendor", new JsonObject { ["ek_issuer"] = broker.Vendor.Issuer }.ToJsonString())).ShouldBe(200);
        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/revoke")).ShouldBe(200);

        machine.Tpm.MakeAk();
        broker.ShouldHaveRefused((await machine.EnrolAsync(await JoinTokenAsync(broker))).ShouldBe(403).RequestId, "which is revoked");

        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/reinstate")).ShouldBe(200);
        var again = (await machine.EnrolAsync()).ShouldBe(200);
        Assert.Equal((host, "approved"), ((string?)again.Json["host"], (string?)again.Json["state"]));
    }

    [Fact]
    public async Task A_revocation_between_the_two_steps_counts()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        var challenge = Challenge(await machine.BeginAsync());
        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/revoke")).ShouldBe(200);
        broker.ShouldHaveRefused((await machine.FinishAsync(challenge, machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret))).ShouldBe(403).RequestId, "which is revoked");
    }

    [Fact]
    public async Task A_certificate_that_is_revoked_between_the_two_steps_enrols_nobody()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        (await broker.Broker.AdminAsync("PUT", "approval-rules/vendor", new JsonObject { ["ek_issuer"] = broker.Vendor.Issuer }.ToJsonString())).ShouldBe(200);
        var challenge = Challenge(await machine.BeginAsync());
        (await broker.Broker.AdminAsync("POST", "trust", broker.Vendor.RevocationListPem(machine.EkCertificate!))).ShouldBe(200);
        broker.ShouldHaveRefused((await machine.FinishAsync(challenge, machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret))).ShouldBe(403).RequestId, "was revoked by");
        Assert.Empty((await broker.Broker.AdminAsync("GET", "hosts")).Json.AsArray());
    }

    [Fact]
    public async Task A_fingerprint_that_is_deleted_between_the_two_steps_enrols_nobody()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = new FakeMachine(broker.Broker);
        (await broker.Broker.AdminAsync("POST", "trust/ek", $$"""{"sha256":"{{machine.Tpm.EkFingerprint}}"}""")).ShouldBe(201);
        var challenge = Challenge(await machine.BeginAsync());
        (await broker.Broker.AdminAsync("DELETE", $"trust/ek/{machine.Tpm.EkFingerprint}")).ShouldBe(204);
        broker.ShouldHaveRefused((await machine.FinishAsync(challenge, machine.Tpm.Activate(challenge.CredentialBlob, challenge.EncryptedSecret))).ShouldBe(403).RequestId, "is not registered");
        Assert.Empty((await broker.Broker.AdminAsync("GET", "hosts")).Json.AsArray());
    }

    [Fact]
    public async Task Whoever_has_no_credential_hears_no_hosts_id()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        using var thief = broker.Machine();
        thief.Tpm.TakeAkOf(machine.Tpm);
        var conflict = (await thief.EnrolAsync()).ShouldBe(409);
        broker.ShouldHaveRefused(conflict.RequestId, $"host {host}'s");
        Assert.DoesNotContain(host, conflict.Body, StringComparison.Ordinal);

        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/revoke")).ShouldBe(200);
        var revoked = (await machine.BeginAsync()).ShouldBe(403);
        broker.ShouldHaveRefused(revoked.RequestId, $"host {host}'s");
        Assert.DoesNotContain(host, revoked.Body, StringComparison.Ordinal);
        Assert.Contains("is revoked", revoked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_attestation_key_ends_the_old_one_and_its_tokens_and_waits_for_approval()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (token, old) = (await machine.TokenAsync(), machine.Tpm.AkName);
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);

        machine.Tpm.MakeAk();
        var again = (await machine.EnrolAsync()).ShouldBe(200);

        Assert.Equal((host, "pending"), ((string?)again.Json["host"], (string?)again.Json["state"]));
        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(403, "PolicyDeny").RequestId, $"{old} is not enrolled");
        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        (await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(200);
    }

    [Fact]
    public async Task No_rule_replaces_the_baseline_of_a_host_that_enrols_again_with_something_else_booted()
    {
        await using var broker = await AttestedBroker.StartAsync();
        (await broker.Broker.AdminAsync("PUT", "approval-rules/vendor", new JsonObject { ["ek_issuer"] = broker.Vendor.Issuer }.ToJsonString())).ShouldBe(200);
        using var machine = broker.Machine();
        Assert.Equal("approved", (string?)(await machine.EnrolAsync()).ShouldBe(200).Json["state"]);
        (await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(200);

        machine.Tpm.Extend(4);
        machine.Tpm.MakeAk();
        machine.BindingKey.Dispose();
        machine.BindingKey = new FakeBindingKey(machine.Tpm);
        Assert.Equal("approved", (string?)(await machine.EnrolAsync(await JoinTokenAsync(broker))).ShouldBe(200).Json["state"]);
        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(403).RequestId, "PCRs are not the baseline's");
    }

    [Fact]
    public async Task A_join_token_approves_one_host_once_and_trusts_no_endorsement_key()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var token = await JoinTokenAsync(broker, "zone=eu-1");
        using var stranger = new FakeMachine(broker.Broker);
        (await stranger.EnrolAsync(token)).ShouldBe(403);

        using var machine = broker.Machine();
        var host = (await machine.EnrolAsync(token)).ShouldBe(200).Json;
        Assert.Equal("approved", (string?)host["state"]);
        var shown = (await broker.Broker.AdminAsync("GET", $"hosts/{host["host"]}")).ShouldBe(200).Json;
        Assert.Equal("zone=eu-1", (string?)Assert.Single(shown["labels"]!.AsArray()));
        Assert.NotNull(shown["baseline"]!["sha256"]);

        using var second = broker.Machine();
        broker.ShouldHaveRefused((await second.EnrolAsync(token)).ShouldBe(403).RequestId, "the join token is not known");
        Assert.Empty((await broker.Broker.AdminAsync("GET", "join-tokens")).Json.AsArray());
    }

    [Fact]
    public async Task A_namespace_that_has_as_many_hosts_as_it_may_takes_no_more_and_keeps_the_join_token()
    {
        await using var broker = await AttestedBroker.StartAsync();
        (await broker.Broker.AdminAsync("POST", "namespaces", """{"prefix":"team-a","max_hosts":1}""")).ShouldBe(201);
        using var first = broker.Machine();
        var host = (string)(await first.EnrolAsync(await JoinTokenAsync(broker, "namespace=team-a"))).ShouldBe(200).Json["host"]!;
        using var second = broker.Machine();
        var token = await JoinTokenAsync(broker, "namespace=team-a");

        broker.ShouldHaveRefused((await second.EnrolAsync(token)).ShouldBe(429).RequestId, "the namespace team-a may have 1 hosts");
        var pending = (string)(await second.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.Broker.AdminAsync("POST", $"hosts/{pending}/approve", """{"labels":["namespace=team-a"]}""")).ShouldBe(429);
        (await broker.Broker.AdminAsync("PUT", $"hosts/{pending}/labels", """{"labels":["namespace=team-a"]}""")).ShouldBe(429);
        Assert.Equal("pending", (string)(await broker.Broker.AdminAsync("GET", $"hosts/{pending}")).ShouldBe(200).Json["state"]!);
        Assert.Equal(1, (int)(await broker.Broker.AdminAsync("GET", "namespaces/team-a")).ShouldBe(200).Json["hosts"]!);

        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/revoke")).ShouldBe(200);
        Assert.Equal("approved", (string)(await second.EnrolAsync(token)).ShouldBe(200).Json["state"]!);
        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/reinstate")).ShouldBe(429);
    }

    [Fact]
    public async Task A_join_token_expires_and_is_kept_only_as_a_hash()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var token = await JoinTokenAsync(broker);
        var kept = Assert.Single(await broker.Broker.Parts.Store.ReadAsync(s => s.ListAsync(Coffer.KeyBroker.Storage.Collections.JoinTokens, "", null, 10), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(token.Split('_', 3)[2], Encoding.UTF8.GetString(kept.Value), StringComparison.Ordinal);
        broker.Broker.Clock.Advance(TimeSpan.FromHours(1));
        using var machine = broker.Machine();
        (await machine.EnrolAsync(token)).ShouldBe(403);
        (await machine.EnrolAsync(token[..^1] + (token[^1] == 'A' ? 'B' : 'A'))).ShouldBe(403);
    }

    [Fact]
    public async Task A_rule_approves_by_fingerprint_or_issuer_and_must_have_a_condition()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        (await broker.Broker.AdminAsync("PUT", "approval-rules/none", "{}")).ShouldBe(400);
        (await broker.Broker.AdminAsync("PUT", "approval-rules/rack", $$"""{"ek_fingerprints":["{{machine.Tpm.EkFingerprint}}"],"labels":["rack=7"]}""")).ShouldBe(200);
        Assert.Equal("approved", (string?)(await machine.EnrolAsync()).ShouldBe(200).Json["state"]);
        using var other = broker.Machine();
        Assert.Equal("pending", (string?)(await other.EnrolAsync()).ShouldBe(200).Json["state"]);
    }

    [Fact]
    public async Task Enrolments_and_pending_hosts_are_bounded()
    {
        await using var broker = await AttestedBroker.StartAsync(new BrokerRules { MostEnrolments = 2, MostPendingHosts = 1 });
        using var machine = broker.Machine();
        using var second = broker.Machine();
        await machine.BeginAsync();
        var begun = Challenge(await second.BeginAsync());
        (await machine.BeginAsync()).ShouldBe(429);
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(6));
        begun = Challenge(await second.BeginAsync());
        (await machine.EnrolAsync()).ShouldBe(200);
        broker.ShouldHaveRefused((await second.FinishAsync(begun, second.Tpm.Activate(begun.CredentialBlob, begun.EncryptedSecret))).ShouldBe(429).RequestId, "1 hosts wait");
    }

    [Fact]
    public async Task Whoever_knows_one_certificate_cannot_take_every_place()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        for (var i = 0; i < 8; i++) (await machine.BeginAsync()).ShouldBe(201);
        (await machine.BeginAsync()).ShouldBe(429);
        using var other = broker.Machine();
        (await other.EnrolAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task A_bundle_without_its_root_is_refused_with_a_hint()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var other = new TestAuthority("Other");
        var refused = (await broker.Broker.AdminAsync("POST", "trust", other.IntermediatePem)).ShouldBe(400);
        Assert.Contains("root", (string?)refused.Json["error"]!["hint"], StringComparison.Ordinal);
        (await broker.Broker.AdminAsync("POST", "trust", other.BundlePem)).ShouldBe(200);
        var listed = (await broker.Broker.AdminAsync("GET", "trust")).ShouldBe(200).Json.AsArray();
        Assert.Equal(4, listed.Count);
        var root = listed.First(i => (string?)i!["kind"] == "root" && ((string)i["name"]!).Contains("Other", StringComparison.Ordinal))!;
        (await broker.Broker.AdminAsync("DELETE", $"trust/root/{root["sha256"]}")).ShouldBe(204);
        (await broker.Broker.AdminAsync("DELETE", $"trust/root/{root["sha256"]}")).ShouldBe(404);
        using var machine = new FakeMachine(broker.Broker, other);
        (await machine.EnrolAsync()).ShouldBe(403);
    }

    private static async Task<string> JoinTokenAsync(AttestedBroker broker, string? label = null) =>
        (string)(await broker.Broker.AdminAsync("POST", "join-tokens", $$"""{"ttl":"1h","labels":[{{(label is null ? "" : $"\"{label}\"")}}]}""")).ShouldBe(201).Json["token"]!;

    private static EnrolmentChallenge Challenge(BrokerAnswer answer) => EnrolmentChallenge.Parse(Encoding.UTF8.GetBytes(answer.ShouldBe(201).Body));

    private static string Text(EnrolmentProof proof) => Encoding.UTF8.GetString(proof.ToJson());
}
