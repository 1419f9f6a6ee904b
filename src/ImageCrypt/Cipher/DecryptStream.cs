using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// Reads ciphertext and gives plaintext. The MAC's verdict is the end of the stream: what was read before is
/// unauthenticated and may not be shown or parsed by anything that is not thrown away on an exception.
/// Owns the inner stream; the key stays the caller's and must outlive the stream.
/// </summary>
public sealed class DecryptStream : CipherStream
{
    private readonly AesCtr _ctr;
    private readonly CiphertextHash _hash;
    private readonly IHandsOverHashing? _promise;
    private readonly byte[] _expected;
    private readonly Digest _blob;

    /// <param name="ciphertext">Pulled as this stream is read.</param>
    /// <param name="key">The layer's key.</param>
    /// <param name="options">The layer's public options, which carry the MAC.</param>
    /// <param name="blob">The encrypted blob's digest, for messages.</param>
    public DecryptStream(Stream ciphertext, LayerKey key, PublicOptions options, Digest blob) : base(ciphertext)
    {
        _ctr = new AesCtr(key.Key, key.Nonce);
        _hash = CiphertextHash.Create(key.Key);
        // MAC and digest of the ciphertext in one pass, where that saves one.
        if (_hash.HasDigest && ciphertext is IHandsOverHashing promise && promise.TryHandOver()) _promise = promise;
        _expected = options.Mac.ToArray();
        _blob = blob;
    }

    private protected override void Process(Span<byte> data)
    {
        _hash.Append(data);
        _ctr.Transform(data);
    }

    private protected override void Finish()
    {
        Span<byte> actual = stackalloc byte[PublicOptions.MacBytes];
        var digest = _hash.Finish(actual);
        var holds = CryptographicOperations.FixedTimeEquals(actual, _expected);
        // The right MAC of altered ciphertext is a forger's tool: it is printed nowhere.
        CryptographicOperations.ZeroMemory(actual);
        _promise?.Judge(digest!.Value);
        if (!holds)
        {
            throw new IntegrityException(
                $"layer {_blob} fails its MAC: the ciphertext or its annotation was altered",
                "fetch the image again; if it fails again, do not trust where it comes from");
        }
    }

    private protected override void ReleaseCipher()
    {
        _ctr.Dispose();
        _hash.Dispose();
    }
}
