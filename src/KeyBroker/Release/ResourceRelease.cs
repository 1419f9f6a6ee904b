using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Caches;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Limits;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Sessions;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Telemetry;

namespace Coffer.KeyBroker.Release;

/// <summary>
/// Releases resources to attested machines. Each request reads the attestation, the host, its key and counters, the policies with
/// their reference values, and the resource anew, in the transaction that puts the decision into the audit: what an operator changed
/// counts from the next request on, and what does not stand in the audit does not leave.
/// </summary>
internal sealed class ResourceRelease(IBrokerStore store, IPolicyDecisions policies, ResourceShelf shelf, IAuditLog audit, BrokerRules rules, TimeProvider time, RateLimits limits)
{
    private const string Action = "resource.release";

    // A machine comes again with the same key, which takes the platform longer to set up than to seal to.
    private readonly RecentlyUsed<TeePublicKey, TeePublicKey> _keys = new(2048);

    /// <summary>The resource, sealed to the attested key.</summary>
    /// <param name="requestId">For the audit.</param>
    /// <param name="attestationId">What the token or the session stands for.</param>
    /// <param name="resource">Which resource, and which version of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RefusedException"><see cref="BrokerFault.Unauthenticated"/>: the attestation is over; <see cref="BrokerFault.Denied"/>;
    /// <see cref="BrokerFault.NotFound"/>: policy allows the path, and nothing is there.</exception>
    public async Task<byte[]> ReleaseAsync(string requestId, string attestationId, KbsResourceUri resource, CancellationToken cancellationToken)
    {
        using var span = BrokerTraces.Release();
        SecretBytes? opened = null;
        try
        {
            var outcome = await store.WriteAsync(
                s =>
                {
                    opened?.Dispose(); // it may run again
                    opened = null;
                    return DecideAsync(s, requestId, attestationId, resource, plaintext => opened = plaintext);
                }, cancellationToken).ConfigureAwait(false);
            BrokerTraces.Decide(span, outcome.Fault is null);
            if (outcome.Fault is { } fault) throw new RefusedException(fault, outcome.Said);
            return SealedResponse.Seal(opened!.Span, _keys.GetOrKeep(outcome.Key!, outcome.Key!));
        }
        finally
        {
            opened?.Dispose(); // also where it could not be put into the audit
        }
    }

    private async ValueTask<ReleaseOutcome> DecideAsync(IStoreWriter s, string requestId, string attestationId, KbsResourceUri resource, Action<SecretBytes> keep)
    {
        var (path, now) = (resource.Path, time.GetUtcNow());
        if (await VerifiedAttestationRecords.FindAsync(s, attestationId, now).ConfigureAwait(false) is not { } attestation)
        {
            return await RefuseAsync(s, requestId, path, null, new Admission(BrokerFault.Unauthenticated, "the attestation has expired"), null).ConfigureAwait(false);
        }
        limits.Host(attestation.Machine?.AkName);
        var host = attestation.Machine is { } machine ? await HostRecords.FindByAkAsync(s, machine.AkName).ConfigureAwait(false) : null;
        var actor = host?.Id ?? attestation.Machine?.AkName;
        if (Admission.Refusal(attestation.Tee, attestation.Machine, host, rules) is { } refusal)
        {
            return await RefuseAsync(s, requestId, path, actor, refusal, null).ConfigureAwait(false);
        }

        var place = ResourcePath.Parse(path);
        var choice = await ResourceShelf.FindAsync(s, place).ConfigureAwait(false) is { } head ? VersionChoice.Of(head, resource.Version, now) : null;
        var claims = ReleaseClaims.Of(attestation.Tee, attestation.Claims, host, choice?.Claim(now));
        var decision = await AskAsync(s, path, claims).ConfigureAwait(false);
        decision.Explanation[DecisionInputs.Member] = await DecisionInputs.KeepAsync(s, claims, now).ConfigureAwait(false);
        if (choice is not null) decision.Explanation["version"] = choice.Describe();
        if (!decision.Allowed) return await RefuseAsync(s, requestId, path, actor, new Admission(BrokerFault.Denied, decision.Reason), decision.Explanation).ConfigureAwait(false);
        if (choice is null) return await RefuseAsync(s, requestId, path, actor, new Admission(BrokerFault.NotFound, await WhyMissingAsync(s, place).ConfigureAwait(false)), decision.Explanation).ConfigureAwait(false);
        if (choice.Refusal is { } why) return await RefuseAsync(s, requestId, path, actor, new Admission(choice.Version is null ? BrokerFault.NotFound : BrokerFault.Denied, why), decision.Explanation).ConfigureAwait(false);
        var number = choice.Version!.Number;
        keep(await shelf.OpenAsync(s, place, number).ConfigureAwait(false));
        var reason = string.Create(CultureInfo.InvariantCulture, $"{decision.Reason}; version {number}");
        await audit.AppendAsync(s, new AuditEvent(requestId, Action, AuditOutcome.Allowed, reason) { Actor = actor, Subject = path, Explanation = decision.Explanation }).ConfigureAwait(false);
        return new ReleaseOutcome(null, "") { Key = attestation.Key };
    }

    private async ValueTask<Decision> AskAsync(IStoreWriter s, string path, JsonObject claims)
    {
        using var span = BrokerTraces.Policy();
        var decision = await policies.DecideAsync(s, path, claims).ConfigureAwait(false);
        BrokerTraces.Decide(span, decision.Allowed);
        return decision;
    }

    private static async ValueTask<string> WhyMissingAsync(IStoreWriter s, ResourcePath path) =>
        await ResourceShelf.FindTombstoneAsync(s, path).ConfigureAwait(false) is { } gone ? $"there is no such resource any more: {gone}" : "there is no such resource";

    private async ValueTask<ReleaseOutcome> RefuseAsync(IStoreWriter s, string requestId, string path, string? actor, Admission refusal, JsonObject? explanation)
    {
        var outcome = refusal.Fault == BrokerFault.NotFound ? AuditOutcome.Failed : AuditOutcome.Denied;
        await audit.AppendAsync(s, new AuditEvent(requestId, Action, outcome, refusal.Reason) { Actor = actor, Subject = path, Explanation = explanation }).ConfigureAwait(false);
        return new ReleaseOutcome(refusal.Fault, refusal.Fault switch
        {
            BrokerFault.NotFound => "there is no such resource",
            BrokerFault.Unauthenticated => "the attestation no longer holds; attest again",
            _ => "Access denied by policy",
        });
    }
}
