using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Coffer.ImageCrypt.Cipher.Native;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// HMAC and digest in one pass (<see cref="Sha256Pair"/>). HMAC is SHA-256 of the outer key block and of the inner hash,
/// which is SHA-256 of the inner key block and of the ciphertext (RFC 2104): after its key block the inner hash sees the
/// very blocks that the digest sees.
/// </summary>
internal sealed class PairedCiphertextHash : CiphertextHash
{
    private const int Block = Sha256Pair.BlockBytes;
    private const int LengthBytes = 8;
    private const byte InnerPad = 0x36, OuterPad = 0x5c;

    // FIPS 180-4, 5.3.3
    private static readonly uint[] Start =
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private readonly uint[] _digest = [.. Start];
    private readonly uint[] _inner = [.. Start];
    private readonly byte[] _outerKey = new byte[Block];
    private readonly byte[] _rest = new byte[Block];
    private int _restBytes;
    private ulong _total;

    /// <param name="key">At most 64 bytes, as a longer one would have to be hashed first.</param>
    public PairedCiphertextHash(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, Block);
        Span<byte> innerKey = stackalloc byte[Block];
        Pad(key, InnerPad, innerKey);
        Pad(key, OuterPad, _outerKey);
        // The key block is the inner hash's alone: the other state takes part and is thrown away.
        Span<uint> unused = stackalloc uint[Sha256Pair.StateWords];
        Sha256Pair.Compress(unused, _inner, innerKey);
        CryptographicOperations.ZeroMemory(innerKey);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(unused));
    }

    public override bool HasDigest => true;

    public override void Append(ReadOnlySpan<byte> ciphertext)
    {
        _total += (ulong)ciphertext.Length;
        if (_restBytes > 0)
        {
            var count = Math.Min(Block - _restBytes, ciphertext.Length);
            ciphertext[..count].CopyTo(_rest.AsSpan(_restBytes));
            ciphertext = ciphertext[count..];
            _restBytes += count;
            if (_restBytes < Block) return;
            Sha256Pair.Compress(_digest, _inner, _rest);
            _restBytes = 0;
        }
        var whole = ciphertext.Length / Block * Block;
        if (whole > 0) Sha256Pair.Compress(_digest, _inner, ciphertext[..whole]);
        ciphertext[whole..].CopyTo(_rest);
        _restBytes = ciphertext.Length - whole;
    }

    public override Digest? Finish(Span<byte> mac)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mac.Length, MacBytes);
        Span<byte> end = stackalloc byte[2 * Block];
        end.Clear();
        _rest.AsSpan(0, _restBytes).CopyTo(end);
        end[_restBytes] = 0x80;
        end = end[..(_restBytes + 1 + LengthBytes <= Block ? Block : 2 * Block)];
        // The two lengths differ by the key block, so here the ways part: each keeps one of the results.
        Span<uint> unused = stackalloc uint[Sha256Pair.StateWords];
        WriteBits(end, _total);
        Sha256Pair.Compress(_digest, unused, end);
        WriteBits(end, _total + Block);
        Sha256Pair.Compress(unused, _inner, end);

        Span<byte> outer = stackalloc byte[Block + MacBytes];
        _outerKey.CopyTo(outer);
        WriteWords(_inner, outer[Block..]);
        SHA256.HashData(outer, mac);
        CryptographicOperations.ZeroMemory(outer);
        var digest = new byte[MacBytes];
        WriteWords(_digest, digest);
        return Digest.FromHash(digest);
    }

    private static void Pad(ReadOnlySpan<byte> key, byte pad, Span<byte> block)
    {
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++) block[i] ^= key[i];
    }

    private static void WriteBits(Span<byte> end, ulong bytes) => BinaryPrimitives.WriteUInt64BigEndian(end[^LengthBytes..], bytes * 8);

    private static void WriteWords(ReadOnlySpan<uint> words, Span<byte> bytes)
    {
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes[(i * sizeof(uint))..], words[i]);
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_outerKey);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_inner.AsSpan()));
    }
}
