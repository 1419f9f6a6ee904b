using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>Hashes that signatures, names and digests may rest on.</summary>
internal static class HashStrength
{
    public static bool IsEnough(TpmAlgorithm hash) => hash is TpmAlgorithm.Sha256 or TpmAlgorithm.Sha384 or TpmAlgorithm.Sha512;
}
