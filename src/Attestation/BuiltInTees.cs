using Coffer.Attestation.Sample;
using Coffer.Attestation.Tpm;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Oci;

namespace Coffer.Attestation;

/// <summary>The TEEs that are known here: who verifies their evidence, and who collects it. One line each in both lists.</summary>
public static class BuiltInTees
{
    /// <summary>What <see cref="AttesterSettings.Tee"/> may be.</summary>
    public static IReadOnlyList<string> AttesterNames { get; } = [AttesterSettings.Auto, .. Attesters.Select(a => a.Tee)];

    private static IVerifier[] All =>
    [
        new TpmVerifier(),
        new SampleVerifier(),
    ];

    private static (string Tee, Func<AttesterSettings, TimeProvider, IAttester> Make)[] Attesters =>
    [
        ("tpm", (settings, time) => new TpmAttester(TpmSettings.Of(settings), time)),
        ("sample", (_, _) => new SampleAttester()),
    ];

    /// <summary>Verifiers by the TEE's name.</summary>
    /// <param name="allowSample">Whether evidence that anybody can make is taken.</param>
    public static IReadOnlyDictionary<string, IVerifier> Verifiers(bool allowSample = false) =>
        All.Where(verifier => allowSample || verifier is not SampleVerifier).ToDictionary(verifier => verifier.Tee);

    /// <summary>The attester of this machine. The caller disposes it where it can be disposed.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TEE is not there.</exception>
    /// <exception cref="CofferException"><see cref="ExitStatus.Usage"/>: no such TEE, or its address is none.</exception>
    public static IAttester Attester(AttesterSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        // A TPM is the only TEE that a machine can be found to have.
        var name = settings.Tee == AttesterSettings.Auto ? "tpm" : settings.Tee;
        return Array.Find(Attesters, a => a.Tee == name).Make is { } make ? make(settings, time) : throw new CofferException(
            $"no attester '{Printable.Of(settings.Tee, 32)}'", ExitStatus.Usage, $"there are {string.Join(", ", AttesterNames)}");
    }
}
