using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>A quote as it came, not yet believed.</summary>
/// <param name="Message">TPMS_ATTEST.</param>
/// <param name="Signature">TPMT_SIGNATURE.</param>
/// <param name="Banks">The values that it is said to be over.</param>
/// <param name="What">How errors name it.</param>
internal sealed record QuoteEvidence(byte[] Message, byte[] Signature, IReadOnlyList<TpmPcrValues> Banks, string What);
