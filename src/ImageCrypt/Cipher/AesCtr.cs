using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// AES-256 in counter mode (NIST SP 800-38A 6.5) with the whole 16-byte nonce as the first counter block, big endian,
/// wrapping modulo 2^128. Encrypting and decrypting are the same. Not thread-safe; disposal zeroes key stream and key.
/// </summary>
/// <remarks>
/// The BCL has no counter mode; counter blocks are made in bulk, encrypted as ECB and XORed in the widest vectors, which
/// runs an order of magnitude faster than a block-by-block cipher.
/// </remarks>
internal sealed class AesCtr : IDisposable
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 16;
    private const int BlockBytes = 16;
    private const int BatchBytes = 32 * 1024;

    private readonly byte[] _counters = new byte[BatchBytes];
    private readonly byte[] _keyStream = new byte[BatchBytes];
    private readonly Aes _aes;
    private readonly ICryptoTransform _ecb;
    private ulong _high;
    private ulong _low;
    private int _used = BatchBytes;

    /// <param name="key">32 bytes; copied into the platform's cipher.</param>
    /// <param name="nonce">16 bytes.</param>
    public AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceBytes);
        _high = BinaryPrimitives.ReadUInt64BigEndian(nonce);
        _low = BinaryPrimitives.ReadUInt64BigEndian(nonce[8..]);
        _aes = Aes.Create();
        _aes.SetKey(key);
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _ecb = _aes.CreateEncryptor();
    }

    /// <summary>XORs the next key-stream bytes into <paramref name="data"/>.</summary>
    public void Transform(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_used == BatchBytes) Refill(data.Length);
            var count = Math.Min(data.Length, BatchBytes - _used);
            Xor(data[..count], _keyStream.AsSpan(_used, count));
            _used += count;
            data = data[count..];
        }
    }

    // A short message (or the tail of a long one) gets only the blocks it needs, right-aligned in the buffer.
    private void Refill(int wanted)
    {
        var blocks = Math.Min((wanted + BlockBytes - 1) / BlockBytes, BatchBytes / BlockBytes);
        var bytes = blocks * BlockBytes;
        var counters = MemoryMarshal.Cast<byte, ulong>(_counters.AsSpan(0, bytes));
        for (var i = 0; i < counters.Length; i += 2)
        {
            counters[i] = BinaryPrimitives.ReverseEndianness(_high);
            counters[i + 1] = BinaryPrimitives.ReverseEndianness(_low);
            if (++_low == 0) _high++;
        }
        _used = BatchBytes - bytes;
        _ecb.TransformBlock(_counters, 0, bytes, _keyStream, _used);
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> keyStream)
    {
        var wide = MemoryMarshal.Cast<byte, Vector<byte>>(data);
        var wideKey = MemoryMarshal.Cast<byte, Vector<byte>>(keyStream);
        for (var i = 0; i < wide.Length; i++) wide[i] ^= wideKey[i];
        for (var i = wide.Length * Vector<byte>.Count; i < data.Length; i++) data[i] ^= keyStream[i];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_keyStream);
        _ecb.Dispose();
        _aes.Dispose();
    }
}
