using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Release;

/// <summary>What no policy can allow: whom the core admits and releases nothing to.</summary>
/// <param name="Fault">The kind of refusal.</param>
/// <param name="Reason">For the audit.</param>
internal sealed record Admission(BrokerFault Fault, string Reason)
{
    /// <summary>Why a machine is refused; null where policies decide.</summary>
    /// <param name="tee">Whose evidence was verified.</param>
    /// <param name="machine">The machine that it names.</param>
    /// <param name="host">The host that its attestation key leads to now.</param>
    /// <param name="rules">What the operator set.</param>
    public static Admission? Refusal(string tee, MachineIdentity? machine, Host? host, BrokerRules rules)
    {
        if (tee == TeeNames.Sample) return rules.InsecureAllowSampleEvidence ? null : Denied("sample evidence is not taken");
        if (machine is null) return rules.InsecureAllowUnenrolledAk ? null : Denied("the evidence names no machine that could be enrolled");
        if (host is null) return rules.InsecureAllowUnenrolledAk ? null : Denied($"the attestation key {machine.AkName} is not enrolled");
        if (host.State == HostState.Revoked) return Denied($"host {host.Id} is revoked");
        if (host.State != HostState.Approved) return Denied($"host {host.Id} waits for approval");
        // It attested again since, after a reset: what it said of its boot before is over.
        return machine.Counters.Resets >= host.Counters.Resets ? null
            : new Admission(BrokerFault.Unauthenticated, $"host {host.Id} was reset since this attestation (resets {machine.Counters.Resets}, now {host.Counters.Resets})");
    }

    private static Admission Denied(string reason) => new(BrokerFault.Denied, reason);
}
