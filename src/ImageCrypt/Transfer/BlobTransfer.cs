using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>Moves one blob between two places, reporting its progress.</summary>
public sealed class BlobTransfer
{
    private readonly IImageSource _source;
    private readonly IImageSink _sink;
    private readonly IBlobObserver _observer;
    private readonly int _retries;
    private readonly bool _readAhead;

    internal BlobTransfer(IImageSource source, IImageSink sink, ITransferObserver log, IBlobObserver observer, int retries, bool readAhead)
    {
        _source = source;
        _sink = sink;
        _observer = observer;
        _retries = retries;
        _readAhead = readAhead;
        Log = log;
    }

    /// <summary>Where warnings go.</summary>
    public ITransferObserver Log { get; }

    /// <summary>Copies the blob as it is, without moving bytes where the destination has it or can fetch it itself.</summary>
    public async Task CopyAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (await _sink.TryReuseBlobAsync(_source, blob, cancellationToken).ConfigureAwait(false))
        {
            _observer.Reused();
            return;
        }
        await PutAsync(blob, null, blob.Digest, blob.Size, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the blob, checked, through <paramref name="through"/> into the destination. A failure that may pass is
    /// tried again from the start, so <paramref name="through"/> can be called several times.
    /// </summary>
    /// <param name="blob">What is read.</param>
    /// <param name="through">Wraps the stream, and owns what it is given; null to store the blob as it is.</param>
    /// <param name="expected">The digest of what is written, where known beforehand.</param>
    /// <param name="size">The size in bytes of what is written, where known beforehand.</param>
    /// <param name="cancellationToken">Abandons the transfer.</param>
    public async Task<StoredBlob> PutAsync(
        Descriptor blob, Func<Stream, Stream>? through, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            long advanced = 0;
            try
            {
                var opened = await _source.OpenBlobAsync(blob, cancellationToken).ConfigureAwait(false);
                var counted = new CountingStream(opened, n =>
                {
                    advanced += n;
                    _observer.Advance(n);
                });
                var content = through is null ? counted : through(_readAhead ? new ReadAheadStream(counted) : counted);
                await using (content.ConfigureAwait(false))
                {
                    return await _sink.PutBlobAsync(content, expected, size, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (CofferException e) when (e.IsTransient && attempt < _retries && !cancellationToken.IsCancellationRequested)
            {
                _observer.Advance(-advanced);
                Log.Warn($"{e.Message}; trying again");
            }
        }
    }
}
