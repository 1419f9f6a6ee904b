using System.Buffers;
using System.Threading.Channels;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>
/// Reads the inner stream on another thread, a few blocks ahead, so that reading and checking the source overlaps with
/// encrypting it. Owns the inner stream; at most <see cref="Blocks"/> blocks of <see cref="BlockBytes"/> bytes are held.
/// </summary>
internal sealed class ReadAheadStream(Stream inner) : PullStream, IHandsOverHashing
{
    public const int BlockBytes = 256 * 1024;
    public const int Blocks = 4;

    private readonly Channel<Block> _blocks = Channel.CreateBounded<Block>(new BoundedChannelOptions(Blocks) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private Task? _reading;
    private Block _current;
    private int _given;

    public bool TryHandOver() => _reading is null && inner is IHandsOverHashing hashing && hashing.TryHandOver();

    public void Judge(Digest actual) => ((IHandsOverHashing)inner).Judge(actual);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        // Not before the first byte is wanted: until then the source's hashing can be handed over.
        _reading ??= Task.Run(ReadInnerAsync, CancellationToken.None);
        while (_given == _current.Length)
        {
            Recycle();
            if (!await _blocks.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return 0;
            if (_blocks.Reader.TryRead(out _current)) _given = 0;
        }
        var count = Math.Min(buffer.Length, _current.Length - _given);
        _current.Bytes.AsSpan(_given, count).CopyTo(buffer.Span);
        _given += count;
        return count;
    }

    private async Task ReadInnerAsync()
    {
        try
        {
            while (await ReadBlockAsync().ConfigureAwait(false)) { }
            _blocks.Writer.Complete();
        }
        catch (Exception e)
        {
            // Reaches the reader as what it would have seen without this stream.
            _blocks.Writer.Complete(e);
        }
    }

    private async ValueTask<bool> ReadBlockAsync()
    {
        var bytes = ArrayPool<byte>.Shared.Rent(BlockBytes);
        var handedOver = false;
        try
        {
            var length = await inner.ReadAtLeastAsync(bytes.AsMemory(0, BlockBytes), BlockBytes, throwOnEndOfStream: false, _stop.Token).ConfigureAwait(false);
            if (length == 0) return false;
            await _blocks.Writer.WriteAsync(new Block(bytes, length), _stop.Token).ConfigureAwait(false);
            return handedOver = true;
        }
        finally
        {
            if (!handedOver) ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Recycle()
    {
        if (_current.Bytes is { } bytes) ArrayPool<byte>.Shared.Return(bytes);
        _current = default;
        _given = 0;
    }

    protected override async ValueTask ReleaseAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_reading is not null) await _reading.ConfigureAwait(false);
        Recycle();
        while (_blocks.Reader.TryRead(out _current)) Recycle();
        await inner.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private readonly record struct Block(byte[]? Bytes, int Length);
}
