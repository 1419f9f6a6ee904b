using Coffer.Jose.Encryption;

namespace Coffer.Jose;

/// <summary>A key in memory where one that cannot be exported is expected. Safe for many calls at once; the key stays the caller's to dispose.</summary>
/// <param name="key">A private or shared key.</param>
public sealed class JwkUnwrapper(Jwk key) : IJweKeyUnwrapper
{
    /// <inheritdoc/>
    public byte[]? Unwrap(JweRecipientInfo recipient, ReadOnlySpan<byte> encryptedKey)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return recipient.KeyAlgorithm is { } algorithm && ContentAlgorithm.Find(recipient.ContentEncryption) is { } content && encryptedKey.SequenceEqual(recipient.EncryptedKey)
            ? KeyUnwrapping.Unwrap(recipient, algorithm, content, key).Cek
            : null;
    }
}
