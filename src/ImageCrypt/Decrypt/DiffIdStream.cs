using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Decrypt;

/// <summary>
/// Passes a layer blob on, and on another thread decompresses it and compares its hash with the config's diff ID;
/// the end of the stream is the verdict. Owns the inner stream. Decompressed bytes are hashed and thrown away, so a
/// blob that inflates without end costs time in proportion to <see cref="MostInflatedBytes"/>, not memory.
/// </summary>
internal sealed class DiffIdStream : PullStream, IHashedContent
{
    /// <summary>Most bytes that a layer may decompress to: 1 TiB.</summary>
    public const long MostInflatedBytes = OciLimits.BlobBytes;

    private const int BufferBytes = 128 * 1024;

    private readonly Stream _inner;
    private readonly Digest _expected;
    private readonly Digest _blob;
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));
    private readonly Task<Digest> _hashing;
    private bool _ended;

    public DiffIdStream(Stream inner, string mediaType, Digest expected, Digest blob)
    {
        _inner = inner;
        _expected = expected;
        _blob = blob;
        _hashing = Task.Run(() => HashAsync(mediaType));
    }

    public bool IsHashing => _inner is IHashedContent { IsHashing: true };

    public Digest Sha256 => ((IHashedContent)_inner).Sha256;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _ended) return 0;
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            await _pipe.Writer.WriteAsync(buffer[..count], cancellationToken).ConfigureAwait(false);
            return count;
        }
        _ended = true;
        await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
        var actual = await _hashing.ConfigureAwait(false);
        if (actual != _expected)
        {
            throw new IntegrityException($"layer {_blob} decompresses to {actual}, but the image config says {_expected}", "layer and config do not belong together");
        }
        return 0;
    }

    private async Task<Digest> HashAsync(string mediaType)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var reader = _pipe.Reader.AsStream();
            var inflated = Decompress(reader, mediaType);
            await using var release = inflated.ConfigureAwait(false);
            using var hash = IncrementalHash.CreateHash(_expected.HashName);
            long total = 0;
            int count;
            while ((count = await inflated.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                if ((total += count) > MostInflatedBytes) throw new IntegrityException($"layer {_blob} decompresses to more than {MostInflatedBytes} bytes");
            }
            // What follows the compressed data (padding, say) still belongs to the blob: drain it, or the writer waits for ever.
            await reader.CopyToAsync(Stream.Null).ConfigureAwait(false);
            return Digest.FromHash(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException or EndOfStreamException)
        {
            throw new IntegrityException($"layer {_blob} does not decompress as {mediaType}", inner: e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            // Lets the writer go on to the end, or to its own exception.
            await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static Stream Decompress(Stream blob, string mediaType) => MediaTypes.ToOci(mediaType) switch
    {
        MediaTypes.OciLayerGzip => new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true),
        MediaTypes.OciLayerZstd => new ZstdSharp.DecompressionStream(blob, leaveOpen: true),
        MediaTypes.OciLayer => blob,
        var other => throw new IntegrityException($"a layer of type '{Printable.Of(other)}' cannot be checked against a diff ID"),
    };

    protected override async ValueTask ReleaseAsync()
    {
        // Ends the hashing thread where reading stopped early.
        await _pipe.Writer.CompleteAsync(_ended ? null : new EndOfStreamException()).ConfigureAwait(false);
        try
        {
            await _hashing.ConfigureAwait(false);
        }
        catch (CofferException)
        {
            // Said already, or the reason why reading stopped early says more.
        }
        await _inner.DisposeAsync().ConfigureAwait(false);
    }
}
