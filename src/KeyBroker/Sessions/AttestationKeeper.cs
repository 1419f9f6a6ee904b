using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Release;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Sessions;

/// <summary>
/// Puts down what a verifier found, in one transaction: whether the machine may attest at all, its counters and PCR values, the
/// attestation, the session's end, and the audit's entry, also of a refusal.
/// </summary>
internal sealed class AttestationKeeper(IBrokerStore store, IAuditLog audit, RefusalLog refusals, BrokerRules rules, TimeProvider time)
{
    /// <summary>The attestation, with the host it is of.</summary>
    /// <exception cref="RefusedException"><see cref="BrokerFault.Denied"/>: not enrolled, not approved, or its counters do not hold.</exception>
    public async Task<(VerifiedAttestation Attestation, Host? Host)> KeepAsync(
        string requestId, Session session, TeePublicKey key, Verdict verdict, CancellationToken cancellationToken)
    {
        var id = RandomNames.New();
        var (kept, host, reason) = await store.WriteAsync<(VerifiedAttestation?, Host?, string)>(async s =>
        {
            var now = time.GetUtcNow();
            var host = verdict.Machine is { } machine ? await HostRecords.FindByAkAsync(s, machine.AkName).ConfigureAwait(false) : null;
            var refusal = host is null ? null : CounterRule.Check(host.Counters, verdict.Machine!.Counters, Overlap(host, session));
            if (host is { State: not HostState.Revoked } && refusal is null) host = await SeeAsync(s, host, verdict, now).ConfigureAwait(false);
            // A revoked host is told of as such, whatever else is wrong with it.
            refusal = (host?.State == HostState.Revoked ? null : refusal) ?? Admission.Refusal(verdict.Tee, verdict.Machine, host, rules)?.Reason;
            if (refusal is not null)
            {
                if (host is not null) await audit.AppendAsync(s, Entry(requestId, AuditOutcome.Denied, refusal, verdict, host)).ConfigureAwait(false);
                return (null, host, refusal);
            }
            var attestation = new VerifiedAttestation(id, verdict.Tee, verdict.Machine, key, verdict.Claims, now, now + rules.TokenLifetime);
            await VerifiedAttestationRecords.PutAsync(s, attestation).ConfigureAwait(false);
            await SessionStore.PutAsync(s, session with { State = SessionState.Attested, AttestationId = id }).ConfigureAwait(false);
            const string done = "the evidence holds";
            await audit.AppendAsync(s, Entry(requestId, AuditOutcome.Allowed, done, verdict, host)).ConfigureAwait(false);
            return (attestation, host, done);
        }, cancellationToken).ConfigureAwait(false);
        if (kept is not null) return (kept, host);
        // Anybody can come with a key that nobody enrolled.
        if (host is null) await refusals.NoteAsync(Entry(requestId, AuditOutcome.Denied, reason, verdict, null), cancellationToken).ConfigureAwait(false);
        throw new RefusedException(BrokerFault.Denied, "the machine is not admitted", Hint(host));
    }

    // No attestation overlaps with another for longer than a session lives; more is a clock of ours that was set back.
    private TimeSpan Overlap(Host host, Session session)
    {
        var overlap = host.Seen - session.Created;
        return overlap < rules.SessionLifetime ? overlap : rules.SessionLifetime;
    }

    // A pending host's values are put down too: they are what an operator approves.
    private static async ValueTask<Host> SeeAsync(IStoreWriter store, Host host, Verdict verdict, DateTimeOffset now)
    {
        var counters = CounterRule.Highest(host.Counters, verdict.Machine!.Counters);
        var latest = ReferenceEquals(counters, verdict.Machine.Counters);
        var seen = host with { Counters = counters, Seen = now, Pcrs = latest && verdict.Claims["tpm"]?["pcrs"] is JsonObject pcrs ? pcrs.DeepClone().AsObject() : host.Pcrs };
        await HostRecords.PutAsync(store, seen, host).ConfigureAwait(false);
        return seen;
    }

    private static string? Hint(Host? host) => host?.State == HostState.Pending ? "an operator approves it" : null;

    private static AuditEvent Entry(string requestId, AuditOutcome outcome, string reason, Verdict verdict, Host? host) =>
        new(requestId, "attest", outcome, reason) { Actor = host?.Id, Subject = verdict.Machine?.AkName ?? verdict.Tee };
}
