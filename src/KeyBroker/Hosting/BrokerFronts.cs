using Coffer.Attestation;
using Coffer.KeyBroker.Kbs;
using Coffer.KeyBroker.Policies;

namespace Coffer.KeyBroker.Hosting;

/// <summary>The list of protocols that the broker speaks beside its own API, one folder each.</summary>
internal static class BrokerFronts
{
    /// <summary>All of them, for one broker.</summary>
    public static IReadOnlyList<IBrokerFront> All(BrokerParts parts) =>
    [
        .. KbsFronts.Of(parts, new PolicyDecisions(parts.Time), [.. BuiltInTees.Verifiers(parts.Settings.Rules.InsecureAllowSampleEvidence).Values]),
    ];
}
