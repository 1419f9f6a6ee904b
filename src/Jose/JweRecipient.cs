namespace Coffer.Jose;

/// <summary>Whom to encrypt to.</summary>
/// <param name="Key">The recipient's public key, or the shared `oct` key; stays the caller's to dispose.</param>
/// <param name="Algorithm">
/// The `alg` to use. Without it the key's own `alg` counts, and without that RSA-OAEP, ECDH-ES+A256KW, or the AES key wrap
/// that fits the size of an `oct` key.
/// </param>
/// <param name="KeyId">The `kid` to write; without it the key's own, if it has one.</param>
public sealed record JweRecipient(Jwk Key, string? Algorithm = null, string? KeyId = null);
