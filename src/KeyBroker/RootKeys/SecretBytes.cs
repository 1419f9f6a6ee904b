using System.Security.Cryptography;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>A secret in pinned memory, which no collection copies elsewhere; zeroed when it is disposed. Whoever got it disposes it.</summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _gone;

    /// <param name="length">In bytes, all zero at first.</param>
    public SecretBytes(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _bytes = GC.AllocateArray<byte>(length, pinned: true);
    }

    /// <summary>Copies a secret; the caller zeroes its own.</summary>
    public SecretBytes(ReadOnlySpan<byte> secret)
        : this(secret.Length) => secret.CopyTo(_bytes);

    /// <summary>In bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The secret itself; a copy is the copier's to zero.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_gone, this);
            return _bytes;
        }
    }

    /// <summary>The same, for callers that wait meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_gone, this);
            return _bytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
