using Coffer.ImageCrypt.Cipher.Native;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// What is computed over a ciphertext: its HMAC-SHA-256 under the layer's key and, where that comes nearly for nothing,
/// its SHA-256 digest. Not thread-safe; disposal zeroes what the key went into.
/// </summary>
internal abstract class CiphertextHash : IDisposable
{
    public const int MacBytes = 32;

    /// <summary>True if <see cref="Finish"/> gives the digest as well.</summary>
    public abstract bool HasDigest { get; }

    /// <summary>The fastest that runs here.</summary>
    /// <param name="key">32 bytes.</param>
    public static CiphertextHash Create(ReadOnlySpan<byte> key) =>
        Sha256Pair.IsUsable ? new PairedCiphertextHash(key) : new PlatformCiphertextHash(key);

    public abstract void Append(ReadOnlySpan<byte> ciphertext);

    /// <summary>Ends it; nothing can be appended afterwards.</summary>
    /// <param name="mac">32 bytes, written.</param>
    /// <returns>The digest; null where <see cref="HasDigest"/> is false.</returns>
    public abstract Digest? Finish(Span<byte> mac);

    public abstract void Dispose();
}
