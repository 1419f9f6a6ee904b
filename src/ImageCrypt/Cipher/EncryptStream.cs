using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// Reads a blob and gives its ciphertext: AES-256-CTR, then HMAC-SHA-256 over the ciphertext under the same key, as the
/// format has it. Owns the inner stream; the key stays the caller's and must outlive the stream.
/// </summary>
public sealed class EncryptStream : CipherStream
{
    private readonly AesCtr _ctr;
    private readonly IncrementalHash _hmac;
    private byte[]? _mac;

    /// <param name="plaintext">Pulled as this stream is read.</param>
    /// <param name="key">Fresh: a key that encrypted anything before would give two blobs one key stream.</param>
    public EncryptStream(Stream plaintext, LayerKey key) : base(plaintext)
    {
        _ctr = new AesCtr(key.Key, key.Nonce);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Key);
    }

    /// <summary>The MAC, 32 bytes, once the end was read.</summary>
    /// <exception cref="InvalidOperationException">The end was not read yet.</exception>
    public ReadOnlySpan<byte> Mac => _mac ?? throw new InvalidOperationException("the MAC exists only after the last byte");

    private protected override void Process(Span<byte> data)
    {
        _ctr.Transform(data);
        _hmac.AppendData(data);
    }

    private protected override void Finish() => _mac = _hmac.GetHashAndReset();

    private protected override void ReleaseCipher()
    {
        _ctr.Dispose();
        _hmac.Dispose();
    }
}
