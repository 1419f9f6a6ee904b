using System.Buffers;
using System.Security.Cryptography;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>A growing buffer for secrets: what it leaves behind, when it grows and at the end, is zeroed.</summary>
/// <param name="capacity">Bytes to begin with.</param>
internal sealed class ZeroingBuffer(int capacity) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = new byte[capacity];
    private int _written;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _written);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _written);
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = [];
        _written = 0;
    }

    private void Grow(int free)
    {
        if (_bytes.Length - _written >= free) return;
        var larger = new byte[Math.Max(checked(_written + free), _bytes.Length * 2)];
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = larger;
    }
}
