using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Coffer.Attestation.Protocol.Json;
using Coffer.Jose;

namespace Coffer.Attestation.Protocol;

/// <summary>
/// What answers a request for a resource: a flattened JWE (RFC 7516 section 7.2.2), sealed to <c>tee-pubkey</c> under A256GCM. The
/// protocol's clients authenticate the protected header as they would write it, not as they received it: <c>alg</c>, <c>enc</c>,
/// <c>epk</c> with <c>crv</c>, <c>kty</c>, <c>x</c>, <c>y</c>, in this order and without white space.
/// </summary>
public static class SealedResponse
{
    /// <summary>The longest resource, in bytes.</summary>
    public const int MostPlaintextBytes = 1024 * 1024;

    /// <summary>The longest answer, in bytes.</summary>
    public const int MostBytes = (MostPlaintextBytes / 3 * 4) + (64 * 1024);

    private const string Content = "A256GCM";

    /// <summary>Seals a resource.</summary>
    /// <param name="plaintext">At most 1 MiB; it stays the caller's to zero.</param>
    /// <param name="key">The attested key.</param>
    /// <returns>The JWE as JSON.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: longer.</exception>
    public static byte[] Seal(ReadOnlySpan<byte> plaintext, TeePublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (plaintext.Length > MostPlaintextBytes) throw new AttestationException(AttestationFault.Unsupported, $"a resource of {plaintext.Length} bytes; at most {MostPlaintextBytes} are released");
        return key.Algorithm == TeePublicKey.Rsa15
            ? SealForOldGuest(plaintext, key)
            : Encoding.ASCII.GetBytes(Jwe.Encrypt(plaintext, [new JweRecipient(key.Key, key.Algorithm)], Content, JweSerialization.Flattened));
    }

    /// <summary>Opens an answer.</summary>
    /// <param name="json">The answer; outside input.</param>
    /// <param name="key">The private end of the attested key.</param>
    /// <returns>The resource, which the caller zeroes.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>; <see cref="AttestationFault.Untrusted"/>: it does not open with this key.</exception>
    public static byte[] Open(ReadOnlyMemory<byte> json, IJweKeyUnwrapper key)
    {
        if (json.Length > MostBytes) throw Malformed($"has {json.Length} bytes; at most {MostBytes} are read");
        try
        {
            var jwe = Jwe.Parse(json.Span);
            if (jwe.Serialization != JweSerialization.Flattened || jwe.ContentEncryption != Content || jwe.Recipients[0].Algorithm is not (TeePublicKey.RsaOaep256 or TeePublicKey.EcdhEsA256Kw))
                throw Malformed("is not a flattened JWE of RSA-OAEP-256 or ECDH-ES+A256KW with A256GCM");
            return jwe.TryDecrypt(0, key).Plaintext
                ?? throw new AttestationException(AttestationFault.Untrusted, "the broker's sealed answer does not open with the key that was offered", "it was altered on its way, or sealed to another machine");
        }
        catch (JoseException e)
        {
            throw new AttestationException(AttestationFault.Malformed, $"the broker's sealed answer: {e.Message}", inner: e);
        }
    }

    // Jose refuses PKCS#1 v1.5, rightly so on reading; writing it harms nobody but the guest that asked for it.
    private static byte[] SealForOldGuest(ReadOnlySpan<byte> plaintext, TeePublicKey key)
    {
        var header = Base64Url.EncodeToString("""{"alg":"RSA1_5","enc":"A256GCM"}"""u8);
        Span<byte> contentKey = stackalloc byte[32];
        RandomNumberGenerator.Fill(contentKey);
        try
        {
            var iv = RandomNumberGenerator.GetBytes(12);
            var (ciphertext, tag) = (new byte[plaintext.Length], new byte[16]);
            using var cipher = new AesGcm(contentKey, tag.Length);
            cipher.Encrypt(iv, plaintext, ciphertext, tag, Encoding.ASCII.GetBytes(header));
            using var rsa = key.Key.ToRsa();
            var encryptedKey = rsa.Encrypt(contentKey, RSAEncryptionPadding.Pkcs1);
            return MessageJson.Write(json =>
            {
                json.WriteString("protected", header);
                json.WriteString("encrypted_key", Base64Url.EncodeToString(encryptedKey));
                json.WriteString("iv", Base64Url.EncodeToString(iv));
                json.WriteString("ciphertext", Base64Url.EncodeToString(ciphertext));
                json.WriteString("tag", Base64Url.EncodeToString(tag));
            });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(contentKey);
        }
    }

    private static AttestationException Malformed(string what) => new(AttestationFault.Malformed, $"the broker's sealed answer {what}");
}
