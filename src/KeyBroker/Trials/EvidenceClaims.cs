using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Release;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Trials;

/// <summary>
/// Claims of an attestation message from a file: verified as one that comes over the network, with the host as it stands now, but for
/// whatever nonce the message says, and put down nowhere.
/// </summary>
internal static class EvidenceClaims
{
    /// <param name="store">Where the host is looked up.</param>
    /// <param name="tee">Whose evidence.</param>
    /// <param name="message">The attestation message of the protocol's current version.</param>
    /// <param name="rules">What the operator set.</param>
    /// <param name="now">The moment that counts.</param>
    /// <exception cref="AttestationException">The evidence does not hold.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: evidence of that TEE is not verified here.</exception>
    public static async ValueTask<TrialClaims> ReadAsync(IStoreReader store, string tee, ReadOnlyMemory<byte> message, BrokerRules rules, DateTimeOffset now)
    {
        var verifiers = BuiltInTees.Verifiers(rules.InsecureAllowSampleEvidence);
        var verifier = verifiers.GetValueOrDefault(tee)
            ?? throw new BrokerException(BrokerFault.BadRequest, $"evidence of '{Printable.Of(tee, 32)}' is not verified here", $"there are {string.Join(", ", verifiers.Keys)}");
        var attestation = KbsAttestation.Parse(message, KbsVersions.Current);
        var digest = ReportData.Compute(KbsVersions.Current, attestation.Nonce ?? "", attestation.Key, attestation.AdditionalEvidence);
        var verdict = verifier.Verify(attestation.Evidence, digest, attestation.Key);
        var host = verdict.Machine is { } machine ? await HostRecords.FindByAkAsync(store, machine.AkName).ConfigureAwait(false) : null;
        var refusal = Admission.Refusal(verdict.Tee, verdict.Machine, host, rules);
        // A file is old: that the machine was started again since says nothing of the policy.
        return new TrialClaims(ReleaseClaims.Of(verdict.Tee, verdict.Claims, host), now) { Refusal = refusal?.Fault == BrokerFault.Denied ? refusal : null };
    }
}
