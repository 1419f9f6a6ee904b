using Coffer.Attestation.Protocol;
using Coffer.Jose;

namespace Coffer.Attestation;

/// <summary>
/// The private end of <c>tee-pubkey</c>: opens the content keys of the broker's JWE answers. Disposal gives up what it holds in
/// memory; a key that lives in a TPM stays there.
/// </summary>
public interface ITeeKey : IJweKeyUnwrapper, IDisposable
{
    /// <summary>The public end.</summary>
    TeePublicKey Public { get; }
}
