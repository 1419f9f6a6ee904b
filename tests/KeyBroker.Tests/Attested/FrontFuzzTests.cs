using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Sample;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Enrolment;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Sessions;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Wrapping;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Attested;

/// <summary>Bodies from outside, spoilt, against the core behind the fronts: each is refused in a documented way.</summary>
public sealed class FrontFuzzTests
{
    [Fact]
    public async Task Spoilt_requests_and_attestations_are_refused()
    {
        await using var broker = await AttestedBroker.StartAsync();
        var (machine, _) = await broker.ApprovedAsync();
        using var disposed = machine;
        var parts = broker.Broker.Parts;
        var (handshake, sessions) = Handshake(parts);
        Fuzzing.Run("KBS requests", ["""{"version":"0.4.0","tee":"tpm","extra-params":{}}"""u8.ToArray()], (input, _) => Refused(() => handshake.BeginAsync(input, null, Cancel)), 500);

        var session = await sessions.OpenAsync(KbsVersion.V040, "tpm", Cancel);
        var body = machine.Attestation(session.Nonce);
        Fuzzing.Run("KBS attestations", [body], (input, _) => Refused(() => AgainAsync(input)), 300);

        async Task AgainAsync(byte[] input)
        {
            // The session waits again each time, so that the body is what is looked at.
            await parts.Store.WriteAsync(async s =>
            {
                await SessionStore.PutAsync(s, session);
                return true;
            }, Cancel);
            await handshake.AttestAsync("fuzz", session.Id, input, _ => { }, Cancel);
        }
    }

    [Fact]
    public async Task Spoilt_enrolments_are_refused()
    {
        await using var broker = await AttestedBroker.StartAsync(new BrokerRules { MostEnrolments = 1_000_000 });
        using var machine = broker.Machine();
        var desk = EnrolmentDesk.Of(broker.Broker.Parts);
        var request = new EnrolmentRequest(machine.EkCertificate, machine.Tpm.Ek.ToSizedBytes(), machine.Tpm.Ak.ToSizedBytes(), null, "node", null).ToJson();
        Fuzzing.Run("enrolments", [request], (input, _) => Refused(() => desk.BeginAsync("fuzz", input, Cancel)), 300);
        var (message, signature) = machine.Tpm.Quote(new byte[32]);
        var proof = new EnrolmentProof(new byte[32], new EnrolmentQuoteMessage(message, signature, machine.Tpm.Pcrs)).ToJson();
        Fuzzing.Run("enrolment proofs", [proof], (input, _) => Refused(() => desk.FinishAsync("fuzz", new string('0', 48), input, Cancel)), 300);
    }

    [Fact]
    public void Spoilt_wrap_requests_are_refused() =>
        Fuzzing.Run("wrap requests", ["""{"keyid":"kbs:///default/image-kek/a","options":"AAECAwQF"}"""u8.ToArray()], (input, _) => Refused(() =>
        {
            WrapRequest.Read(input);
            return Task.CompletedTask;
        }));

    [Fact]
    public async Task JSON_bombs_are_refused_in_the_protocols_form()
    {
        await using var broker = await AttestedBroker.StartAsync();
        using var machine = broker.Machine();
        var (cookie, _) = await machine.AuthAsync();
        var deep = Encoding.ASCII.GetBytes(new string('[', 1_000_000));
        (await machine.SendAsync("POST", "/kbs/v0/auth", body: deep[..60_000])).ShouldBeRefused(400, "SerdeError");
        (await machine.AttestAsync(cookie, deep)).ShouldBeRefused(400, "SerdeError");
        var wide = Encoding.ASCII.GetBytes($$"""{"runtime-data":[{{string.Join(',', Enumerable.Repeat("1", 500_000))}}]}""");
        (await machine.AttestAsync((await machine.AuthAsync()).Cookie, wide)).ShouldBeRefused(400, "SerdeError");
        (await broker.Broker.SendAsync("POST", "enroll", body: Encoding.ASCII.GetString(deep[..60_000]))).ShouldBe(400);
        (await broker.Broker.AdminAsync("POST", "trust", Encoding.ASCII.GetString(deep))).ShouldBe(400);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static (Handshake Handshake, SessionStore Sessions) Handshake(BrokerParts parts)
    {
        var rules = new BrokerRules { MostSessions = 1_000_000 };
        var refusals = new RefusalLog(parts.Store, parts.Floods);
        var sessions = new SessionStore(parts.Store, rules, parts.Time);
        var tokens = new EarTokens(new TokenKeys(parts.Store, new TokenKeyRecords(parts.Sealer), parts.Audit, parts.Time), parts.Time);
        IVerifier[] verifiers = [new TpmVerifier(), new SampleVerifier()];
        return (new Handshake(sessions, verifiers, new AttestationKeeper(parts.Store, parts.Audit, refusals, rules, parts.Time), tokens, refusals, rules, parts.Limits), sessions);
    }

    private static void Refused(Func<Task> act)
    {
        try
        {
            act().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is AttestationException or BrokerException { Fault: not (BrokerFault.Internal or BrokerFault.Unavailable) })
        {
            // As documented.
        }
    }
}
