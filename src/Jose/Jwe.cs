using System.Security.Cryptography;
using System.Text;
using Coffer.Jose.Encryption;

namespace Coffer.Jose;

/// <summary>
/// A JSON Web Encryption object (RFC 7516) read from its text: at most 4 MiB and 256 recipients. Reading needs no key;
/// nothing that it says is authenticated before a key has opened it. Immutable and thread-safe.
/// </summary>
public sealed partial class Jwe
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly JweParts _parts;

    private Jwe(ReadOnlyMemory<byte> text)
    {
        _text = text;
        _parts = JweParser.Parse(text);
    }

    /// <summary>The form it was written in.</summary>
    public JweSerialization Serialization => _parts.Serialization;

    /// <summary>The content encryption algorithm (`enc`).</summary>
    public string ContentEncryption => _parts.Recipients[0].ContentEncryption;

    /// <summary>The recipients in their order of writing; never empty.</summary>
    public IReadOnlyList<JweRecipientInfo> Recipients => _parts.Recipients;

    /// <summary>Reads a JWE in compact, flattened or general serialization; white space around it is ignored.</summary>
    /// <param name="utf8">The text, which is copied.</param>
    /// <exception cref="JoseException">
    /// Malformed; or it asks for an extension (`crit`) or compression (`zip`), which are refused.
    /// </exception>
    public static Jwe Parse(ReadOnlySpan<byte> utf8) => new(utf8.Trim(" \t\r\n"u8).ToArray());

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static Jwe Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Tries one key against one recipient.</summary>
    /// <param name="recipient">The recipient's index.</param>
    /// <param name="key">The private or shared key.</param>
    /// <returns>The plaintext, which the caller zeroes, or the reason for failing.</returns>
    public JweAttempt TryDecrypt(int recipient, Jwk key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Try(recipient, (info, content) => KeyUnwrapping.Unwrap(info, info.KeyAlgorithm!, content, key));
    }

    /// <summary>Tries a key that cannot be exported against one recipient that has an encrypted key.</summary>
    /// <param name="recipient">The recipient's index.</param>
    /// <param name="key">Decrypts the encrypted key.</param>
    /// <returns>The plaintext, which the caller zeroes, or the reason for failing.</returns>
    public JweAttempt TryDecrypt(int recipient, IJweKeyUnwrapper key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Try(recipient, (info, content) => info.EncryptedKey.Length == 0
            ? UnwrappedKey.None(JweFailure.WrongKind, $"{info.Algorithm} has no encrypted key")
            : KeyUnwrapping.Substitute(key.Unwrap(info, info.EncryptedKey), content));
    }

    /// <summary>Opens it with whichever key fits a recipient; a recipient with the key's `kid` is tried first.</summary>
    /// <param name="keys">Private or shared keys, in the order to try.</param>
    /// <returns>The plaintext, which the caller zeroes.</returns>
    /// <exception cref="JweDecryptionException">None did; holds the reason of every attempt.</exception>
    public byte[] Decrypt(IReadOnlyList<Jwk> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var attempts = new List<JweAttempt>();
        for (var k = 0; k < keys.Count; k++)
        {
            var kid = keys[k].KeyId;
            foreach (var recipient in Recipients.OrderByDescending(r => kid is not null && r.KeyId == kid))
            {
                var attempt = TryDecrypt(recipient.Index, keys[k]);
                if (attempt.Plaintext is { } plaintext)
                {
                    return plaintext;
                }

                attempts.Add(JweAttempt.Failed(recipient.Index, attempt.Failure, attempt.Reason!, k));
            }
        }

        throw new JweDecryptionException(attempts);
    }

    /// <inheritdoc cref="Decrypt(IReadOnlyList{Jwk})"/>
    /// <param name="key">The private or shared key.</param>
    public byte[] Decrypt(Jwk key) => Decrypt([key]);

    /// <summary>
    /// The text without some recipients: what remains keeps its bytes and needs no key. This does not take the content key
    /// away from who had it.
    /// </summary>
    /// <param name="indexes">The recipients to cut out.</param>
    /// <returns>
    /// The new text; <see langword="null"/> if no recipient would remain, or the form has no list to cut from.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of a recipient.</exception>
    public string? RemoveRecipients(params IReadOnlyCollection<int> indexes)
    {
        ArgumentNullException.ThrowIfNull(indexes);
        foreach (var index in indexes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indexes));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Recipients.Count, nameof(indexes));
        }

        var removed = indexes.ToHashSet();
        return Serialization != JweSerialization.General || removed.Count == Recipients.Count
            ? null
            : JweEditor.Remove(_text, removed);
    }

    private JweAttempt Try(int index, Func<JweRecipientInfo, ContentAlgorithm, UnwrappedKey> unwrap)
    {
        var recipient = Recipients[index];
        if (recipient.Refusal is { } refusal)
        {
            return JweAttempt.Failed(index, JweFailure.Unsupported, refusal);
        }

        var content = ContentAlgorithm.Find(recipient.ContentEncryption)!;
        var unwrapped = unwrap(recipient, content);
        if (unwrapped.Cek is not { } cek)
        {
            return JweAttempt.Failed(index, unwrapped.Failure, unwrapped.Reason!);
        }

        try
        {
            var plaintext = ContentCipher.Decrypt(content, cek, _parts.Iv, _parts.AuthenticatedText, _parts.Ciphertext, _parts.Tag);
            if (plaintext is not null)
            {
                return JweAttempt.Opened(index, plaintext);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(cek);
        }

        return unwrapped.Proven
            ? JweAttempt.Failed(index, JweFailure.ContentAltered, "this key is the right one, but the content was altered")
            : JweAttempt.Failed(index, JweFailure.NotOpened, "this key does not open it, or the envelope was altered");
    }
}
