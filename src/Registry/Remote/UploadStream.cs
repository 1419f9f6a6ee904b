using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.Registry.Remote;

/// <summary>
/// The content of an upload: hashed and counted while it is read, its own failure kept apart, and its beginning kept for
/// a second try, for as long as it is short. Owns the hash, not the content.
/// </summary>
internal sealed class UploadStream : IDisposable
{
    private const int KeptBytes = 1024 * 1024;

    private readonly Stream _content;
    private readonly long? _size;
    private readonly IHashedContent? _hashed;
    private readonly IncrementalHash? _hash;
    private byte[]? _kept = new byte[KeptBytes];
    private int _keptCount;
    private int _replayed;

    /// <param name="content">Read to its end; not disposed.</param>
    /// <param name="expected">Says by which hash; null: sha256.</param>
    /// <param name="size">The bytes promised; null where nothing is.</param>
    public UploadStream(Stream content, Digest? expected, long? size)
    {
        _content = content;
        _size = size;
        // A stream that hashes anyway, beside its other work, does it for both.
        if (expected is null or { Algorithm: "sha256" } && content is IHashedContent { IsHashing: true } hashed) _hashed = hashed;
        else _hash = IncrementalHash.CreateHash(expected?.HashName ?? HashAlgorithmName.SHA256);
    }

    /// <summary>Bytes read of the content so far.</summary>
    public long Read { get; private set; }

    /// <summary>True after the content's good end.</summary>
    public bool Ended { get; private set; }

    /// <summary>What the content itself threw; null where it threw nothing.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Goes back to the first byte, if nothing of it is gone.</summary>
    public bool TryRewind()
    {
        if (_kept is null || Failure is not null) return false;
        _replayed = 0;
        return true;
    }

    /// <summary>Reads on; what was kept comes first.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_replayed < _keptCount)
        {
            var again = Math.Min(buffer.Length, _keptCount - _replayed);
            _kept.AsSpan(_replayed, again).CopyTo(buffer.Span);
            _replayed += again;
            return again;
        }
        if (Ended) return 0;
        int count;
        try
        {
            count = await _content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            // Checked here, before HTTP would complain about its Content-Length.
            if (_size is { } promised && (count == 0 ? Read != promised : Read + count > promised))
            {
                throw new IntegrityException($"a blob {(count == 0 ? $"ends after {Read} bytes" : "goes on")} where {promised} bytes were promised");
            }
        }
        catch (Exception e)
        {
            Failure = e;
            throw;
        }
        if (count == 0)
        {
            Ended = true;
            return 0;
        }
        _hash?.AppendData(buffer.Span[..count]);
        Read += count;
        Keep(buffer.Span[..count]);
        return count;
    }

    /// <summary>The digest of everything read; once, after the end.</summary>
    public Digest Finish() => _hashed is not null ? _hashed.Sha256 : Digest.FromHash(_hash!.GetHashAndReset());

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_kept is null) return;
        if (_keptCount + bytes.Length > _kept.Length)
        {
            Forget();
            return;
        }
        bytes.CopyTo(_kept.AsSpan(_keptCount));
        _keptCount += bytes.Length;
        _replayed = _keptCount;
    }

    private void Forget()
    {
        CryptographicOperations.ZeroMemory(_kept);
        _kept = null;
        _keptCount = _replayed = 0;
    }

    public void Dispose()
    {
        if (_kept is not null) Forget();
        _hash?.Dispose();
    }
}
