using System.Security.Authentication;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Tls;

namespace Coffer.KeyBroker.Tests.Attested;

/// <summary>Wall clocks that are wrong: nobody gets more by them, and whoever is in the right gets what is his after attesting anew.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(6);

    [Theory]
    [InlineData(-9 * 24)] // the node is nine days ahead
    [InlineData(-6)]
    [InlineData(6)]
    [InlineData(23)] // the node is nearly a day behind
    public async Task A_machine_whose_clock_is_off_enrols_attests_and_gets_its_key(int hoursOfTheBroker)
    {
        await using var broker = await AttestedBroker.StartAsync(ahead: TimeSpan.FromHours(hoursOfTheBroker));
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;

        Assert.Equal(AttestedBroker.Secret, machine.Open((await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(200)));
    }

    [Theory]
    [InlineData(25)]
    [InlineData(-31 * 24)]
    public async Task A_machine_whose_clock_is_further_off_does_not_take_the_brokers_certificate(int hoursOfTheBroker)
    {
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => AttestedBroker.StartAsync(ahead: TimeSpan.FromHours(hoursOfTheBroker)));
        Assert.IsType<AuthenticationException>(refused.InnerException);
    }

    [Fact]
    public async Task Tokens_and_sessions_end_when_the_brokers_clock_is_set_back_and_a_new_attestation_is_good()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();
        var token = (string)(await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBe(200).Json["token"]!;
        var (open, openNonce) = await machine.AuthAsync();

        broker.Broker.Clock.Set(-Hours);

        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(401, "TokenVerifierError").RequestId, "is not valid yet");
        (await machine.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBeRefused(401, "TokenVerifierError");
        (await machine.AttestAsync(open, machine.Attestation(openNonce))).ShouldBe(401);
        (await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(200);
    }

    [Fact]
    public async Task Tokens_and_sessions_end_when_the_brokers_clock_jumps_ahead_and_a_new_attestation_is_good()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var (cookie, nonce) = await machine.AuthAsync();
        var token = (string)(await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBe(200).Json["token"]!;

        broker.Broker.Clock.Set(Hours);

        broker.ShouldHaveRefused((await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(401, "TokenVerifierError").RequestId, "has expired");
        (await machine.GetAsync(AttestedBroker.Path, cookie: cookie)).ShouldBeRefused(401, "TokenVerifierError");
        (await machine.GetAsync(AttestedBroker.Path, await machine.TokenAsync())).ShouldBe(200);
    }

    [Fact]
    public async Task Brokers_whose_clocks_differ_by_thirty_seconds_take_each_others_tokens()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var token = await machine.TokenAsync();
        broker.Broker.Clock.Set(-TimeSpan.FromSeconds(29));
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBe(200);
        broker.Broker.Clock.Set(-TimeSpan.FromSeconds(3));
        (await machine.GetAsync(AttestedBroker.Path, token)).ShouldBeRefused(401, "TokenVerifierError");
    }

    [Fact]
    public async Task A_clock_that_was_set_back_lets_no_TPM_go_back_by_hours()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        machine.Tpm.Clock += (ulong)Hours.TotalMilliseconds;
        await machine.TokenAsync();

        broker.Broker.Clock.Set(-Hours);
        machine.Tpm.Clock -= (ulong)TimeSpan.FromHours(1).TotalMilliseconds;

        broker.ShouldHaveRefused((await machine.AttestAsync()).ShouldBeRefused(403, "AttestationError").RequestId, "clock fell");
    }

    [Fact]
    public async Task A_minute_of_refusals_lasts_a_minute_whatever_the_clock_is_set_to()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var gate = new FloodGate(broker.Broker.Audit, broker.Broker.Clock, most: 1);
        Task RefuseAsync(string id) => gate.WriteAsync(broker.Broker.Parts.Store, new AuditEvent(id, "attest", AuditOutcome.Denied, "no"), TestContext.Current.CancellationToken);
        await RefuseAsync("first");
        broker.Broker.Clock.Set(-Hours);
        broker.Broker.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefuseAsync("second");
        Assert.Contains(broker.Broker.Audit.Entries, e => e.RequestId == "second");
    }

    [Fact]
    public void A_certificate_made_by_a_clock_that_was_ahead_is_replaced_once_it_is_set_right()
    {
        var clock = new SettableClock(TimeProvider.System.GetUtcNow());
        using var authority = CertificateAuthority.Make(clock.GetUtcNow());
        var right = clock.GetUtcNow();
        clock.Set(TimeSpan.FromDays(3));
        var identity = new OwnIdentity(authority, ["localhost"], clock);
        var early = identity.Options().ServerCertificateContext!.TargetCertificate;
        Assert.True(early.NotBefore > right);

        clock.Set(-TimeSpan.FromDays(3));

        Assert.True(identity.Options().ServerCertificateContext!.TargetCertificate.NotBefore <= right);
    }
}
