using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>The TPM refused a command.</summary>
/// <param name="command">Which.</param>
/// <param name="code">What it answered.</param>
internal sealed class TpmCommandException(TpmCommandCode command, TpmResponseCode code)
    : AttestationException(AttestationFault.Unavailable, $"the TPM refused {command}: {code}", code.Advice)
{
    /// <summary>What it answered.</summary>
    public TpmResponseCode Code { get; } = code;
}
