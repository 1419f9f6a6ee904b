namespace Coffer.Attestation.Tpm.Commands;

/// <summary>A response that was checked: the TPM did it, and its sessions' HMACs hold.</summary>
/// <param name="Handle">The handle that the command made; 0 where it makes none.</param>
/// <param name="Parameters">Decrypted.</param>
internal readonly record struct TpmResponse(uint Handle, byte[] Parameters);
