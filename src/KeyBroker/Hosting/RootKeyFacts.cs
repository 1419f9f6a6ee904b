namespace Coffer.KeyBroker.Hosting;

/// <summary>What can be said of a root key's place. Holds no secret.</summary>
/// <param name="Place">As messages name it.</param>
/// <param name="Kind"><c>file</c>, <c>tpm</c> or <c>pkcs11</c>.</param>
/// <param name="KeyId">Which key it is: 32 hexadecimal digits.</param>
/// <param name="RecoveryKey">Thumbprint of the recovery key (RFC 7638); null where there is none.</param>
/// <param name="Detail">The registers, or the token's key; null for a file.</param>
/// <param name="Problem">Why it does not open now; null where it does.</param>
public sealed record RootKeyFacts(string Place, string Kind, string? KeyId, string? RecoveryKey, string? Detail, string? Problem);
