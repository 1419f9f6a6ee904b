namespace Coffer.Attestation.Tpm.Credentials;

/// <summary>What TPM2_ActivateCredential takes.</summary>
/// <param name="Blob">TPM2B_ID_OBJECT.</param>
/// <param name="EncryptedSecret">TPM2B_ENCRYPTED_SECRET.</param>
public sealed record TpmCredential(byte[] Blob, byte[] EncryptedSecret);
