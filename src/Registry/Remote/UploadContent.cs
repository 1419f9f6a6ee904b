using System.Buffers;
using System.Net;
using System.Security.Cryptography;

namespace Coffer.Registry.Remote;

/// <summary>
/// A request body read from a stream once, hashed as it goes. It keeps apart the two ways to fail: when the stream throws,
/// the image is bad; when the connection does, the upload is. The connection's patience does not run while the stream is read.
/// </summary>
internal sealed class UploadContent : HttpContent
{
    private const int BufferBytes = 256 * 1024;

    private readonly UploadStream _source;
    private readonly long? _length;
    private CancellationTokenSource? _time;
    private TimeSpan _patience;

    /// <param name="source">Read to its end; not disposed.</param>
    /// <param name="length">What is left of it in bytes, where known; else the body goes in HTTP chunks.</param>
    public UploadContent(UploadStream source, long? length)
    {
        _source = source;
        _length = length;
        Headers.ContentType = new("application/octet-stream");
    }

    /// <summary>Ends the request through <paramref name="time"/> when the network stands still longer than <paramref name="patience"/>.</summary>
    public void Watch(CancellationTokenSource time, TimeSpan patience)
    {
        _time = time;
        _patience = patience;
        time.CancelAfter(patience);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                _time?.CancelAfter(Timeout.InfiniteTimeSpan);
                var count = await _source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _time?.CancelAfter(_patience);
                if (count == 0) return;
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }
}
