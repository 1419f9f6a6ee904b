using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// Reads a blob and gives its ciphertext: AES-256-CTR, then HMAC-SHA-256 over the ciphertext under the same key, as the
/// format has it. Owns the inner stream; the key stays the caller's and must outlive the stream.
/// </summary>
public sealed class EncryptStream : CipherStream, IHashedContent
{
    private readonly AesCtr _ctr;
    private readonly CiphertextHash _hash;
    private byte[]? _mac;
    private Digest? _digest;

    /// <param name="plaintext">Pulled as this stream is read.</param>
    /// <param name="key">Fresh: a key that encrypted anything before would give two blobs one key stream.</param>
    public EncryptStream(Stream plaintext, LayerKey key) : base(plaintext)
    {
        _ctr = new AesCtr(key.Key, key.Nonce);
        _hash = CiphertextHash.Create(key.Key);
    }

    /// <summary>The MAC, 32 bytes, once the end was read.</summary>
    /// <exception cref="InvalidOperationException">The end was not read yet.</exception>
    public ReadOnlySpan<byte> Mac => _mac ?? throw new InvalidOperationException("the MAC exists only after the last byte");

    /// <inheritdoc/>
    public bool IsHashing => _hash.HasDigest;

    /// <inheritdoc/>
    public Digest Sha256 => _digest ?? throw new InvalidOperationException("the digest exists only after the last byte");

    private protected override void Process(Span<byte> data)
    {
        _ctr.Transform(data);
        _hash.Append(data);
    }

    private protected override void Finish()
    {
        var mac = new byte[CiphertextHash.MacBytes];
        _digest = _hash.Finish(mac);
        _mac = mac;
    }

    private protected override void ReleaseCipher()
    {
        _ctr.Dispose();
        _hash.Dispose();
    }
}
