using System.Security.Cryptography;

namespace Coffer.Oci;

/// <summary>
/// Passes a blob on and hashes it; the end of the stream is the verdict. It never gives more than the promised bytes,
/// and the read that would report the end throws unless size and digest match. What was read before is unverified.
/// Owns the inner stream.
/// </summary>
public sealed class VerifyingStream : Stream, IVerifiedContent, IHashedContent, IHandsOverHashing
{
    private readonly Stream _inner;
    private readonly Descriptor _expected;
    private readonly IncrementalHash _hash;
    private long _read;
    private bool _verified;
    private bool _handedOver;

    /// <param name="inner">The bytes; disposed with this stream.</param>
    /// <param name="expected">Digest, and size in bytes, that they must have.</param>
    public VerifyingStream(Stream inner, Descriptor expected)
    {
        _inner = inner;
        _expected = expected;
        _hash = IncrementalHash.CreateHash(expected.Digest.HashName);
    }

    /// <inheritdoc/>
    public Descriptor? Proves => _handedOver ? null : _expected;

    /// <inheritdoc/>
    public bool IsHashing => !_handedOver && _expected.Digest.Algorithm == "sha256";

    /// <inheritdoc/>
    public Digest Sha256 => IsHashing && _verified
        ? _expected.Digest
        : throw new InvalidOperationException("a digest is known only of what was hashed to its end");

    /// <inheritdoc/>
    public bool TryHandOver()
    {
        if (_read > 0 || _verified || _expected.Digest.Algorithm != "sha256") return false;
        return _handedOver = true;
    }

    /// <inheritdoc/>
    public void Judge(Digest actual)
    {
        if (actual != _expected.Digest)
        {
            throw new IntegrityException($"blob {_expected.Digest} really hashes to {actual}", "the copy is damaged: fetch or build the image again");
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>The promised size in bytes.</summary>
    public override long Length => _expected.Size;

    /// <summary>Bytes given so far.</summary>
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="IntegrityException">The blob is shorter or longer than promised, or hashes to something else.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _verified) return 0;
        var left = _expected.Size - _read;
        if (left == 0)
        {
            var one = new byte[1];
            return Verdict(await _inner.ReadAsync(one, cancellationToken).ConfigureAwait(false));
        }
        var wanted = (int)Math.Min(left, buffer.Length);
        var count = await _inner.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        return Account(buffer.Span, count);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _verified) return 0;
        var left = _expected.Size - _read;
        if (left == 0)
        {
            Span<byte> one = stackalloc byte[1];
            return Verdict(_inner.Read(one));
        }
        var wanted = (int)Math.Min(left, buffer.Length);
        return Account(buffer, _inner.Read(buffer[..wanted]));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private int Account(ReadOnlySpan<byte> buffer, int count)
    {
        if (count == 0)
        {
            throw new IntegrityException($"blob {_expected.Digest} ends after {_read} of {_expected.Size} bytes", "the copy is truncated: fetch or build the image again");
        }
        if (!_handedOver) _hash.AppendData(buffer[..count]);
        _read += count;
        return count;
    }

    private int Verdict(int extra)
    {
        if (extra != 0)
        {
            throw new IntegrityException($"blob {_expected.Digest} is longer than the {_expected.Size} bytes that its descriptor promises");
        }
        if (!_handedOver) Judge(Digest.FromHash(_hash.GetHashAndReset()));
        _verified = true;
        return 0;
    }

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
