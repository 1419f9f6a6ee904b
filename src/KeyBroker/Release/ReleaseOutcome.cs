using Coffer.Attestation.Protocol;

namespace Coffer.KeyBroker.Release;

/// <summary>What came of a request for a resource, once it stands in the audit.</summary>
/// <param name="Fault">Null where the resource is released.</param>
/// <param name="Said">What the guest hears.</param>
internal sealed record ReleaseOutcome(BrokerFault? Fault, string Said)
{
    /// <summary>The attested key, to which the resource is sealed.</summary>
    public TeePublicKey? Key { get; init; }
}
