namespace Coffer.Jose;

/// <summary>A key that cannot be exported, for instance inside a token or a TPM, and that decrypts encrypted keys for us.</summary>
public interface IJweKeyUnwrapper
{
    /// <summary>Decrypts the encrypted key of a recipient.</summary>
    /// <param name="recipient">The recipient; its algorithm tells what to do.</param>
    /// <param name="encryptedKey">The encrypted key.</param>
    /// <returns>
    /// The content encryption key, which is zeroed after use; <see langword="null"/> if this key does not open it. An RSA
    /// implementation returns <see langword="null"/> for every padding error alike.
    /// </returns>
    byte[]? Unwrap(JweRecipientInfo recipient, ReadOnlySpan<byte> encryptedKey);
}
