using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// What opens one layer: the "private options" of the format. Zeroed on disposal; has no text form.
/// A key serves one blob once: a retry makes a new one, so that a source which changed in between never meets an old
/// key stream.
/// </summary>
public sealed class LayerKey : IDisposable
{
    private readonly byte[] _key;
    private readonly byte[] _nonce;

    internal LayerKey(byte[] key, byte[] nonce, Digest? plainDigest)
    {
        _key = key;
        _nonce = nonce;
        PlainDigest = plainDigest;
    }

    /// <summary>32 bytes: AES-256 key and HMAC key in one, as the format has it.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>16 bytes: the first counter block.</summary>
    public ReadOnlySpan<byte> Nonce => _nonce;

    /// <summary>Digest of the layer blob before encryption; null where its writer left it out.</summary>
    public Digest? PlainDigest { get; }

    /// <summary>A fresh random key and nonce for a blob with this digest.</summary>
    public static LayerKey Generate(Digest plainDigest) =>
        new(RandomNumberGenerator.GetBytes(AesCtr.KeyBytes), RandomNumberGenerator.GetBytes(AesCtr.NonceBytes), plainDigest);

    /// <summary>Zeroes key and nonce.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_nonce);
    }
}
