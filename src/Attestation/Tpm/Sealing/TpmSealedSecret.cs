namespace Coffer.Attestation.Tpm.Sealing;

/// <summary>A small secret that one TPM opens, and only while registers of its sha256 bank hold certain values. Nothing in it is secret itself.</summary>
/// <param name="Registers">Their numbers, ascending, with the values (32 bytes each) that they had: for messages, since the policy is in the key.</param>
/// <param name="Public">TPM2B_PUBLIC of the RSA key that the secret is encrypted to; its policy is the registers' values.</param>
/// <param name="Private">TPM2B_PRIVATE of that key, which the TPM's storage key encrypted.</param>
/// <param name="Ciphertext">RSA-OAEP with SHA-256 and an empty label, 256 bytes.</param>
public sealed record TpmSealedSecret(
    IReadOnlyList<KeyValuePair<int, ReadOnlyMemory<byte>>> Registers, ReadOnlyMemory<byte> Public, ReadOnlyMemory<byte> Private, ReadOnlyMemory<byte> Ciphertext);
