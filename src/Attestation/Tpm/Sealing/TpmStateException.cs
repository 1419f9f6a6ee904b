namespace Coffer.Attestation.Tpm.Sealing;

/// <summary>The TPM does not open a sealed secret, because the machine is not in the state that it was sealed to.</summary>
/// <param name="message">Which registers differ.</param>
/// <param name="inner">What the TPM answered.</param>
public sealed class TpmStateException(string message, Exception inner) : AttestationException(AttestationFault.Unavailable, message, null, inner);
