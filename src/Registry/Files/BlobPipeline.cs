using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Files;

/// <summary>
/// Moves a blob from a stream into a file. Reading (with whatever the stream computes) and hashing with writing run at
/// the same time, a few blocks apart.
/// </summary>
internal static class BlobPipeline
{
    private const int BlockBytes = 256 * 1024;
    private const int BlocksAhead = 4;
    private const int WritebackBytes = 4 * 1024 * 1024;

    /// <summary>Reads <paramref name="content"/> to its end and writes it at <paramref name="offset"/>.</summary>
    /// <param name="content">Read once, to its end.</param>
    /// <param name="file">Open for writing.</param>
    /// <param name="offset">Where the first byte goes.</param>
    /// <param name="expected">The digest it must have; null: its sha256 digest is computed.</param>
    /// <param name="size">The length in bytes it must have; null where unknown.</param>
    /// <param name="doing">For messages: a verb and object, such as <c>write oci:dir:tag</c>.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    /// <exception cref="IntegrityException">Digest or size differ from what was promised.</exception>
    /// <exception cref="CofferException">The file cannot be written.</exception>
    public static async ValueTask<StoredBlob> WriteAsync(
        Stream content, SafeFileHandle file, long offset, Digest? expected, long? size, string doing, CancellationToken cancellationToken)
    {
        // A verifying stream that ends well has proven this very digest: hashing again would tell nothing new.
        var proven = expected is { } promised && content is IVerifiedContent { Proves: { } proof } && proof.Digest == promised;
        // A stream that hashes anyway, beside its other work, does it for both.
        var hashed = !proven && expected is null or { Algorithm: "sha256" } && content is IHashedContent { IsHashing: true } own ? own : null;
        using var hash = proven || hashed is not null ? null : IncrementalHash.CreateHash(expected?.HashName ?? HashAlgorithmName.SHA256);
        var blocks = Channel.CreateBounded<Block>(new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });
        using var writerFailed = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, writerFailed.Token);
        var writing = Task.Run(() => DrainAsync(blocks.Reader, file, offset, hash, doing, writerFailed), CancellationToken.None);
        long total;
        try
        {
            total = await FillAsync(content, blocks.Writer, size, stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            blocks.Writer.TryComplete(e);
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The reader stopped because the writer did: the writer's reason is the one to tell.
            if (e is OperationCanceledException && writerFailed.IsCancellationRequested) await writing.ConfigureAwait(false);
            throw;
        }
        finally
        {
            blocks.Writer.TryComplete();
        }
        await writing.ConfigureAwait(false);
        if (size is { } wanted && total != wanted)
        {
            throw new IntegrityException($"cannot {doing}: {total} bytes came where {wanted} were promised");
        }
        var actual = proven ? expected!.Value : hashed is not null ? hashed.Sha256 : Digest.FromHash(hash!.GetHashAndReset());
        if (expected is { } digest && actual != digest)
        {
            throw new IntegrityException($"cannot {doing}: blob {digest} really hashes to {actual}");
        }
        return new StoredBlob(actual, total);
    }

    private static async Task<long> FillAsync(Stream content, ChannelWriter<Block> blocks, long? size, CancellationToken cancellationToken)
    {
        long total = 0;
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
            var handedOver = false;
            try
            {
                var count = await content.ReadAtLeastAsync(buffer.AsMemory(0, BlockBytes), BlockBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                total += count;
                if (total > (size ?? OciLimits.BlobBytes)) throw new IntegrityException($"a blob is longer than the {size ?? OciLimits.BlobBytes} bytes that were promised");
                if (count > 0)
                {
                    await blocks.WriteAsync(new Block(buffer, count), cancellationToken).ConfigureAwait(false);
                    handedOver = true;
                }
                if (count < BlockBytes) return total;
            }
            finally
            {
                if (!handedOver) ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static async Task DrainAsync(ChannelReader<Block> blocks, SafeFileHandle file, long offset, IncrementalHash? hash, string doing, CancellationTokenSource failed)
    {
        var begun = offset;
        try
        {
            while (await blocks.WaitToReadAsync().ConfigureAwait(false))
            {
                while (blocks.TryRead(out var block))
                {
                    try
                    {
                        hash?.AppendData(block.Buffer, 0, block.Count);
                        RandomAccess.Write(file, block.Buffer.AsSpan(0, block.Count), offset);
                        offset += block.Count;
                        // The caller syncs at the end: the disk works meanwhile, not only then.
                        if (offset - begun < WritebackBytes) continue;
                        Posix.BeginWriteback(file, begun, offset - begun);
                        begun = offset;
                    }
                    finally
                    {
                        ArrayPool<byte>.Shared.Return(block.Buffer);
                    }
                }
            }
        }
        catch (Exception e)
        {
            await failed.CancelAsync().ConfigureAwait(false);
            while (blocks.TryRead(out var block)) ArrayPool<byte>.Shared.Return(block.Buffer);
            if (FileFault.Is(e)) throw FileFault.Of(e, doing);
            throw;
        }
    }

    private readonly record struct Block(byte[] Buffer, int Count);
}
