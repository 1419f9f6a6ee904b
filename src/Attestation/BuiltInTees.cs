using Coffer.Attestation.Sample;
using Coffer.Attestation.Tpm.Verification;

namespace Coffer.Attestation;

/// <summary>The TEEs whose evidence is verified here. One line each.</summary>
public static class BuiltInTees
{
    /// <summary>Verifiers by the TEE's name.</summary>
    /// <param name="allowSample">Whether evidence that anybody can make is taken.</param>
    public static IReadOnlyDictionary<string, IVerifier> Verifiers(bool allowSample = false) =>
        All.Where(verifier => allowSample || verifier is not SampleVerifier).ToDictionary(verifier => verifier.Tee);

    private static IVerifier[] All =>
    [
        new TpmVerifier(),
        new SampleVerifier(),
    ];
}
