using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>A binding key and its certification as they came, not yet believed.</summary>
/// <param name="Public">Its public area.</param>
/// <param name="Attest">TPMS_ATTEST of TPM2_Certify.</param>
/// <param name="Signature">TPMT_SIGNATURE.</param>
/// <param name="Pcrs">The sha256 registers that its policy names; null: it has no policy.</param>
internal sealed record BindingKeyEvidence(TpmPublic Public, byte[] Attest, byte[] Signature, IReadOnlyList<int>? Pcrs);
