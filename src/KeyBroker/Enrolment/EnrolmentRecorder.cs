using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>
/// Puts down a host whose enrolment held. An endorsement key that is known already keeps its host: a new attestation key takes the
/// place of the old one, whose tokens end thereby, and must be approved like a new host's; a rule may do so, but no rule replaces a
/// baseline, or booting something else and enrolling again would be a way around it.
/// </summary>
internal sealed class EnrolmentRecorder(IBrokerStore store, IAuditLog audit, JoinTokens joinTokens, BrokerRules rules, TimeProvider time)
{
    /// <exception cref="AttestationException">The endorsement certificate no longer holds.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Denied"/>: revoked, no longer trusted, or its counters fell; <see cref="BrokerFault.Conflict"/>: the
    /// attestation key is another host's; <see cref="BrokerFault.TooMany"/>: too many pending hosts.</exception>
    public Task<Host> RecordAsync(string requestId, OpenEnrolment open, EnrolmentQuote quote, CancellationToken cancellationToken)
    {
        var id = RandomNames.New();
        return store.WriteAsync(async s =>
        {
            // The trust that the credential was made by may have been taken away since.
            var trust = await EkTrust.ReadAsync(s, open.Ek.Fingerprint).ConfigureAwait(false);
            open = open with { Ek = trust.Require(TpmPublic.ParseSized(open.EkPublic.Span), open.Ek.Fingerprint, open.EkCertificate, time) };
            var known = await HostRecords.FindByEkAsync(s, open.Ek.Fingerprint).ConfigureAwait(false);
            if (known is { State: HostState.Revoked }) throw Revoked(known);
            var owner = await HostRecords.FindByAkAsync(s, open.Ak.Name).ConfigureAwait(false);
            if (owner is not null && owner.Id != known?.Id) throw new EnrolmentRefusedException(BrokerFault.Conflict, "the attestation key is another host's", $"the attestation key is host {owner.Id}'s", owner.Id);
            if (owner is not null && CounterRule.Check(owner.Counters, quote.Counters, TimeSpan.Zero) is { } fell) throw new BrokerException(BrokerFault.Denied, fell);

            var (labels, by) = await ApprovalAsync(s, open).ConfigureAwait(false);
            var host = Made(id, known, open, Values(quote.Pcrs), quote.Counters, isApproved: by is not null);
            if (by is not null) host = host with { Labels = HostLabel.Merge(host.Labels, labels) };
            if (host.State == HostState.Pending && known?.State != HostState.Pending && await HostRecords.CountPendingAsync(s).ConfigureAwait(false) >= rules.MostPendingHosts)
            {
                throw TooManyPending(rules);
            }
            await HostRecords.PutAsync(s, host).ConfigureAwait(false);
            var what = known is null ? "enrolled" : known.Ak.Name == open.Ak.Name ? "enrolled again" : "enrolled again with a new attestation key: the old one has ended";
            var reason = $"{what}; {(by is not null ? $"approved by {by}" : HostDocument.Word(host.State))}";
            await audit.AppendAsync(s, new AuditEvent(requestId, "host.enrol", AuditOutcome.Allowed, reason) { Actor = host.Id, Subject = host.Id }).ConfigureAwait(false);
            return host;
        }, cancellationToken);
    }

    public static EnrolmentRefusedException Revoked(Host host) => new(
        BrokerFault.Denied, "the host of this endorsement key is revoked", $"the endorsement key is host {host.Id}'s, which is revoked", host.Id, "an operator reinstates it");

    public static BrokerException TooManyPending(BrokerRules rules) => new(BrokerFault.TooMany, $"{rules.MostPendingHosts} hosts wait for approval already", "an operator approves or revokes some");

    private Host Made(string id, Host? known, OpenEnrolment open, JsonObject pcrs, BootCounters counters, bool isApproved)
    {
        var now = time.GetUtcNow();
        var host = known is null
            ? new Host(id, HostState.Pending, open.Ak, open.Ek, counters, now)
            : known with { State = known.Ak.Name == open.Ak.Name ? known.State : HostState.Pending, Ak = open.Ak, Ek = open.Ek, Counters = counters };
        if (isApproved) host = host with { State = HostState.Approved, Baseline = host.Baseline ?? pcrs.DeepClone().AsObject() };
        return host with
        {
            Pcrs = pcrs, Seen = now, Name = open.Name ?? host.Name, HostUuid = open.HostUuid ?? host.HostUuid,
            Changed = known?.State == host.State ? known.Changed : now,
        };
    }

    private async ValueTask<(IReadOnlyList<string> Labels, string? By)> ApprovalAsync(IStoreWriter s, OpenEnrolment open)
    {
        if (open.JoinTokenId is { } id && await joinTokens.TakeAsync(s, id).ConfigureAwait(false) is { } token) return (token.Labels, $"join token {id}");
        return await ApprovalRules.FindAsync(s, open.Ek).ConfigureAwait(false) is { } rule ? (rule.Labels, $"rule {rule.Name}") : ([], null);
    }

    private static JsonObject Values(IReadOnlyDictionary<int, ReadOnlyMemory<byte>> pcrs)
    {
        var bank = new JsonObject();
        foreach (var (register, value) in pcrs.OrderBy(v => v.Key)) bank[register.ToString(CultureInfo.InvariantCulture)] = Convert.ToHexStringLower(value.Span);
        return new JsonObject { ["sha256"] = bank };
    }
}
