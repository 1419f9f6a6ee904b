using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Structures;
using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Attested;

public sealed class AttestTests
{
    [Fact]
    public async Task The_challenge_is_32_bytes_and_the_cookie_32_hex_digits()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var (cookie, nonce) = await machine.AuthAsync();
        Assert.Equal(32, Convert.FromBase64String(nonce).Length);
        Assert.Matches("^kbs-session-id=[0-9a-f]{32}$", cookie);
    }

    [Fact]
    public async Task A_nonce_is_used_once_well_or_badly()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();
        var body = machine.Attestation(nonce);
        (await machine.AttestAsync(cookie, body)).ShouldBe(200);
        broker.ShouldHaveRefused((await machine.AttestAsync(cookie, body)).ShouldBeRefused(401, "AttestationError").RequestId, "the nonce was used already");

        (cookie, nonce) = await machine.AuthAsync();
        (await machine.AttestAsync(cookie, "{}"u8.ToArray())).ShouldBeRefused(400, "SerdeError");
        (await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBeRefused(401, "AttestationError");
    }

    [Fact]
    public async Task Of_many_attestations_at_once_on_one_nonce_one_wins()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        for (var round = 0; round < 5; round++)
        {
            var (cookie, nonce) = await machine.AuthAsync();
            var bodies = Enumerable.Range(0, 4).Select(_ => machine.Attestation(nonce)).ToList();
            var answers = await Task.WhenAll(bodies.Select(b => machine.AttestAsync(cookie, b)));
            Assert.Equal([200, 401, 401, 401], answers.Select(a => a.Status).Order());
        }
    }

    [Fact]
    public async Task Any_broker_of_a_store_serves_any_step()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();

        // Nothing of the first but its store.
        var (other, _) = FrontFuzzTests.Handshake(broker.Broker.Parts);
        var (token, _) = await other.AttestAsync("other", cookie.Split('=')[1], machine.Attestation(nonce), _ => { }, TestContext.Current.CancellationToken);

        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
        (await machine.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBe(200);
        (await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBeRefused(401, "AttestationError");
    }

    [Fact]
    public async Task Evidence_of_another_session_is_refused()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (first, old) = await machine.AuthAsync();
        var replayed = machine.Attestation(old);
        (await machine.AttestAsync(first, replayed)).ShouldBe(200);

        var (second, _) = await machine.AuthAsync();
        broker.ShouldHaveRefused((await machine.AttestAsync(second, replayed)).ShouldBeRefused(401, "AttestationError").RequestId, "answers another nonce");

        var (third, nonce) = await machine.AuthAsync();
        var disguised = machine.Attestation(old, saidNonce: nonce);
        var answer = (await machine.AttestAsync(third, disguised)).ShouldBeRefused(401, "AttestationError");
        broker.ShouldHaveRefused(answer.RequestId, "bound to another nonce or key");
        Assert.DoesNotContain("bound to", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_five_minutes_after_its_beginning()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(5));
        broker.ShouldHaveRefused((await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBeRefused(401, "AttestationError").RequestId, "has expired");
        (await machine.AttestAsync("kbs-session-id=" + new string('0', 32), machine.Attestation(nonce))).ShouldBeRefused(401, "AttestationError");
        (await machine.AttestAsync($"{cookie}; kbs-session-id={new string('1', 32)}", machine.Attestation(nonce))).ShouldBeRefused(401, "AttestationError");
    }

    [Fact]
    public async Task Sessions_are_bounded_in_number_and_the_bound_frees_itself()
    {
        await using var broker = await AttestedBroker.StartAsync(new BrokerRules { MostSessions = 2 });
        using var machine = broker.Machine();
        await machine.AuthAsync();
        await machine.AuthAsync();
        var request = """{"version":"0.4.0","tee":"tpm","extra-params":""}"""u8.ToArray();
        (await machine.SendAsync("POST", "/kbs/v0/auth", body: request)).ShouldBeRefused(429, "AttestationError");
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(5));
        await machine.AuthAsync();
    }

    [Fact]
    public async Task A_machine_that_never_enrolled_is_refused_whatever_a_policy_says_unless_that_is_lifted()
    {
        await using var broker = await AttestedBroker.StartAsync();
        broker.Policies.Judge = (_, _) => null;
        using var machine = broker.Machine();
        broker.ShouldHaveRefused((await machine.AttestAsync()).ShouldBeRefused(403, "AttestationError").RequestId, $"{machine.Tpm.AkName} is not enrolled");

        await using var lax = await AttestedBroker.StartAsync(new BrokerRules { InsecureAllowUnenrolledAk = true });
        lax.Policies.Judge = (_, claims) => claims["host"] is null ? null : "a host";
        using var guest = lax.Machine();
        (await guest.GetAsync(AttestedBroker.Path, await guest.TokenAsync())).ShouldBe(200);
    }

    [Fact]
    public async Task Another_TPM_with_the_same_files_is_refused()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        using var thief = broker.Machine();
        var (cookie, nonce) = await thief.AuthAsync();
        var evidence = JsonNode.Parse(thief.Attestation(nonce))!;
        evidence["tee-evidence"]!["primary_evidence"]!["coffer"]!["ak"] = Convert.ToBase64String(machine.Tpm.Ak.ToSizedBytes());
        evidence["tee-evidence"]!["primary_evidence"]!["ak_public"] = Convert.ToBase64String(machine.Tpm.AkPublicKeyInfo);
        broker.ShouldHaveRefused((await thief.AttestAsync(cookie, Encoding.UTF8.GetBytes(evidence.ToJsonString()))).ShouldBeRefused(401, "AttestationError").RequestId, "signature of the quote does not hold");
    }

    [Fact]
    public async Task A_binding_key_that_is_not_what_it_should_be_fails_the_attestation()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        using var other = new FakeTpm();

        machine.BindingKey.CertifiedBy = other;
        await RefusedAsync("certification does not hold");
        machine.BindingKey.CertifiedBy = null;

        machine.BindingKey.Attributes |= TpmObjectAttributes.UserWithAuth;
        await RefusedAsync("its attributes are");
        machine.BindingKey.Attributes &= ~TpmObjectAttributes.UserWithAuth;

        machine.BindingKey.Policy = new byte[32];
        await RefusedAsync("its policy is not that of the quoted PCR values");
        machine.BindingKey.Policy = null;

        (await machine.AttestAsync()).ShouldBe(200);

        async Task RefusedAsync(string reason) =>
            broker.ShouldHaveRefused((await machine.AttestAsync()).ShouldBeRefused(401, "AttestationError").RequestId, reason);
    }

    [Fact]
    public async Task A_machine_whose_counters_fell_is_refused()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        await machine.TokenAsync();

        machine.Tpm.Resets--;
        broker.ShouldHaveRefused((await machine.AttestAsync()).ShouldBeRefused(403, "AttestationError").RequestId, "reset counter fell from 5 to 4");
        machine.Tpm.Resets++;

        broker.Broker.Clock.Advance(TimeSpan.FromSeconds(1));
        machine.Tpm.Clock -= 5_000;
        broker.ShouldHaveRefused((await machine.AttestAsync()).ShouldBeRefused(403, "AttestationError").RequestId, "clock fell");

        machine.Tpm.Resets++;
        machine.Tpm.Safe = false;
        JsonNode? safe = null;
        broker.Policies.Judge = (_, claims) =>
        {
            safe = claims["tpm"]!["clock"]!["safe"]!.DeepClone();
            return null;
        };
        (await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(200);
        Assert.False((bool)safe!);
    }

    [Fact]
    public async Task Two_attestations_at_once_may_come_in_the_other_order()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (early, earlyNonce) = await machine.AuthAsync();
        var (late, lateNonce) = await machine.AuthAsync();
        var first = machine.Attestation(earlyNonce);
        broker.Broker.Clock.Advance(TimeSpan.FromSeconds(2));
        machine.Tpm.Clock += 1_500;
        (await machine.AttestAsync(late, machine.Attestation(lateNonce))).ShouldBe(200);
        (await machine.AttestAsync(early, first)).ShouldBe(200);
    }

    [Fact]
    public async Task Sample_evidence_is_taken_only_where_that_is_allowed()
    {
        var request = """{"version":"0.4.0","tee":"sample","extra-params":""}"""u8.ToArray();
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        broker.ShouldHaveRefused((await machine.SendAsync("POST", "/kbs/v0/auth", body: request)).ShouldBeRefused(401, "AttestationError").RequestId, "sample evidence is not taken");

        await using var lax = await AttestedBroker.StartAsync(new BrokerRules { InsecureAllowSampleEvidence = true });
        lax.Policies.Judge = (_, claims) => (string?)claims["tee"] == "sample" ? null : "no";
        using var guest = lax.Machine();
        var (cookie, nonce) = await guest.AuthAsync(tee: "sample");
        var digest = ReportData.Compute(KbsVersion.V040, nonce, guest.BindingKey.Offered);
        var body = Coffer.Attestation.Protocol.Messages.KbsAttestation.Write(nonce, guest.BindingKey.Offered, new JsonObject { ["svn"] = "1", ["report_data"] = Convert.ToBase64String(digest) });
        (await guest.AttestAsync(cookie, body)).ShouldBe(200);
        Assert.Equal(AttestedBroker.Secret, guest.Open((await guest.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBe(200)));
    }

    [Fact]
    public async Task Older_versions_are_spoken_only_where_they_are_configured()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var request = """{"version":"0.2.0","tee":"tpm","extra-params":""}"""u8.ToArray();
        var refused = (await machine.SendAsync("POST", "/kbs/v0/auth", body: request)).ShouldBeRefused(401, "AttestationError");
        Assert.Contains("KBS Client Protocol Version Mismatch: expect =0.4.0 while the request is 0.2.0", refused.Body, StringComparison.Ordinal);

        await using var older = await AttestedBroker.StartAsync(new BrokerRules { OlderVersions = [KbsVersion.V020] });
        var (old, _) = await older.ApprovedAsync();
        using var disposed = old;
        var (cookie, nonce) = await old.AuthAsync("0.2.0");
        var digest = ReportData.Compute(KbsVersion.V020, nonce, old.BindingKey.Offered)[..32];
        var (message, signature) = old.Tpm.Quote(digest);
        var body = new JsonObject
        {
            ["tee-pubkey"] = JsonNode.Parse(old.BindingKey.Offered.Canonical),
            ["tee-evidence"] = new JsonObject
            {
                ["ak_public"] = Convert.ToBase64String(old.Tpm.AkPublicKeyInfo),
                ["tpm_quote"] = new JsonObject
                {
                    ["signature"] = Convert.ToBase64String(signature), ["message"] = Convert.ToBase64String(message),
                    ["pcrs"] = new JsonArray([.. old.Tpm.Pcrs.Select(p => (JsonNode?)Convert.ToHexStringLower(p))]),
                },
                ["coffer"] = new JsonObject { ["ak"] = Convert.ToBase64String(old.Tpm.Ak.ToSizedBytes()), ["binding_key"] = old.BindingKey.Evidence(digest) },
            },
        };
        (await old.AttestAsync(cookie, Encoding.UTF8.GetBytes(body.ToJsonString()))).ShouldBe(200);
        (await old.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBe(200);
    }

    [Fact]
    public async Task What_is_not_of_the_protocol_is_refused_in_its_form()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();
        (await machine.SendAsync("GET", "/kbs/v0/auth")).ShouldBeRefused(404, "PluginNotFound");
        (await machine.SendAsync("POST", "/kbs/v0/nothing", body: [])).ShouldBeRefused(404, "PluginNotFound");
        (await machine.SendAsync("POST", "/kbs/v0/auth", body: "[]"u8.ToArray())).ShouldBeRefused(400, "SerdeError");
        (await machine.SendAsync("POST", "/kbs/v0/attest", body: new byte[(2 * 1024 * 1024) + 1])).ShouldBeRefused(400, "SerdeError");
        (await machine.GetAsync("a/b", token)).ShouldBeRefused(400, "InvalidRequestPath");
        (await machine.GetAsync("a/b/.c", token)).ShouldBeRefused(400, "InvalidRequestPath");
        (await machine.SendAsync("POST", "/kbs/v0/resource/a/b/c", body: [1], token: token)).ShouldBeRefused(401, "AdminAuthAccess");
        (await machine.SendAsync("DELETE", $"/kbs/v0/resource/{AttestedBroker.Path}")).ShouldBeRefused(401, "AdminAuthAccess");
        var weak = await broker.Broker.TokenAsync([Coffer.KeyBroker.Admin.Permission.Wrap], ["**"], null);
        (await machine.SendAsync("POST", "/kbs/v0/resource/a/b/c", body: [1], token: weak)).ShouldBeRefused(403, "AdminAuthAccess");
    }
}
