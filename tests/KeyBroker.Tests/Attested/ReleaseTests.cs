using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Tests.Machines;

namespace Coffer.KeyBroker.Tests.Attested;

public sealed class ReleaseTests
{
    [Fact]
    public async Task An_approved_machine_gets_the_resource_sealed_to_its_key_by_token_and_by_cookie()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();
        var token = (string)(await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBe(200).Json["token"]!;

        var byToken = (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
        var byCookie = (await machine.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBe(200);

        Assert.Equal(AttestedBroker.Secret, machine.Open(byToken));
        Assert.Equal(AttestedBroker.Secret, machine.Open(byCookie));
        Assert.DoesNotContain(Convert.ToBase64String(AttestedBroker.Secret), byToken.Body, StringComparison.Ordinal);
        var entry = broker.Entry(byToken.RequestId);
        Assert.Equal(("resource.release", AuditOutcome.Allowed, host, AttestedBroker.Path), (entry.Action, entry.Outcome, entry.Actor, entry.Subject));
        Assert.NotNull(entry.Explanation);
    }

    [Fact]
    public async Task A_request_without_token_or_session_is_unauthenticated()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var answer = (await machine.GetAsync(AttestedBroker.Path)).ShouldBeRefused(401, "TokenVerifierError");
        broker.ShouldHaveRefused(answer.RequestId, "neither an attested session nor a token");
        (await machine.GetAsync(AttestedBroker.Path, cookie: (await machine.AuthAsync()).Cookie)).ShouldBeRefused(401, "TokenVerifierError");
    }

    [Fact]
    public async Task A_revoked_host_gets_nothing_with_a_token_that_still_lives()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);

        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/revoke")).ShouldBe(200);

        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(403, "PolicyDeny").RequestId, $"host {host} is revoked");
        broker.ShouldHaveRefused((await machine.AttestAsync()).ShouldBeRefused(403, "AttestationError").RequestId, $"host {host} is revoked");
    }

    [Fact]
    public async Task What_a_policy_says_now_counts_whatever_it_said_when_the_token_was_made()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();
        broker.Policies.Judge = (_, _) => "the policy was changed";
        var answer = (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(403, "PolicyDeny");
        broker.ShouldHaveRefused(answer.RequestId, "the policy was changed");
        Assert.DoesNotContain("was changed", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_is_gone_is_not_found_only_where_policy_allows_its_path()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();
        (await machine.SendAsync("DELETE", $"/kbs/v0/resource/{AttestedBroker.Path}", token: broker.Broker.AdminToken)).ShouldBe(200);

        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(404, "PluginInternalError").RequestId, "there is no such resource");
        broker.ShouldHaveRefused((await machine.GetAsync("other/thing/x", token)).ShouldBeRefused(403, "PolicyDeny").RequestId, "no policy matches");
    }

    [Fact]
    public async Task A_register_that_changed_after_approval_closes_the_key_with_the_old_token_no_longer_than_it_lives()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, host) = await broker.ApprovedAsync();
        using var disposed = machine;
        machine.Tpm.Extend(4);
        machine.BindingKey.Dispose();
        machine.BindingKey = new FakeBindingKey(machine.Tpm);

        var token = await machine.TokenAsync();
        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(403, "PolicyDeny").RequestId, "PCRs are not the baseline's");

        (await broker.Broker.AdminAsync("POST", $"hosts/{host}/baseline")).ShouldBe(200);
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
    }

    [Fact]
    public async Task A_token_ends_when_it_says_so()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();
        var token = (string)(await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBe(200).Json["token"]!;
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(5));

        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(401, "TokenVerifierError").RequestId, "has expired");
        (await machine.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBeRefused(401, "TokenVerifierError");
    }

    [Fact]
    public async Task A_token_from_before_a_reset_is_over_once_the_machine_attested_after_it()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var old = await machine.TokenAsync();
        machine.Tpm.Reset();
        var young = await machine.TokenAsync();
        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, old)).ShouldBeRefused(401, "TokenVerifierError").RequestId, "was reset since this attestation");
        (await machine.GetAsync(AttestedBroker.Path, young)).ShouldBe(200);
    }

    [Fact]
    public async Task A_missing_binding_key_is_for_the_policy_to_judge()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        machine.SendsBindingKey = false;
        var token = await machine.TokenAsync();
        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(403, "PolicyDeny").RequestId, "no binding key");
        broker.Policies.Judge = (_, _) => null;
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
    }
}
