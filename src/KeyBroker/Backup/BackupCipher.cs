using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.KeyBroker.RootKeys;

namespace Coffer.KeyBroker.Backup;

/// <summary>
/// The chunks of a backup: AES-256-GCM under a key that HKDF-SHA-256 makes of the root key's for backups and the header's salt. The nonce is
/// the chunk's number with a mark on the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár), and the header's
/// hash is associated data: chunks that were changed, left out, exchanged, cut off or put behind do not open.
/// </summary>
internal sealed class BackupCipher : IDisposable
{
    /// <summary>Text in each chunk but the last, which has as much or less, in bytes.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>How much longer a chunk is in the file.</summary>
    public const int TagBytes = 16;

    private const int NonceBytes = 12;

    private readonly AesGcm _cipher;
    private readonly byte[] _header;
    private long _next;

    /// <param name="root">Gives the key; not kept.</param>
    /// <param name="header">The backup's.</param>
    /// <param name="headerBytes">As they stand in the file.</param>
    public BackupCipher(IRootKey root, BackupHeader header, byte[] headerBytes)
    {
        using var purpose = root.Derive("backup");
        using var key = new SecretBytes(RootKey.Bytes);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, purpose.Span, key.Span, header.Salt, "coffer-backup-1"u8);
        _cipher = new AesGcm(key.Span, TagBytes);
        _header = SHA256.HashData(headerBytes);
    }

    /// <summary>Encrypts the next chunk.</summary>
    /// <param name="text">At most <see cref="ChunkBytes"/>.</param>
    /// <param name="result">Longer by <see cref="TagBytes"/>.</param>
    /// <param name="isLast">Whether none follows.</param>
    public void Encrypt(ReadOnlySpan<byte> text, Span<byte> result, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Number(nonce, isLast);
        _cipher.Encrypt(nonce, text, result[..text.Length], result[text.Length..], _header);
    }

    /// <summary>Decrypts the next chunk.</summary>
    /// <exception cref="AuthenticationTagMismatchException">It is not that.</exception>
    public void Decrypt(ReadOnlySpan<byte> chunk, Span<byte> text, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Number(nonce, isLast);
        _cipher.Decrypt(nonce, chunk[..^TagBytes], chunk[^TagBytes..], text, _header);
    }

    public void Dispose() => _cipher.Dispose();

    private void Number(Span<byte> nonce, bool isLast)
    {
        nonce.Clear();
        nonce[0] = isLast ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(nonce[^sizeof(long)..], _next++);
    }
}
