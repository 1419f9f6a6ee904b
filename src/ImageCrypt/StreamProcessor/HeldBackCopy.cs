namespace Coffer.ImageCrypt.StreamProcessor;

/// <summary>
/// Copies a stream whose end is its verdict, always <see cref="HeldBytes"/> behind: a stream that fails at its end never
/// gave its last part, so that nothing which waits for a whole tar, gzip or zstd stream takes it for complete. What is not
/// longer than that is written only after the verdict. Memory is constant.
/// </summary>
internal static class HeldBackCopy
{
    /// <summary>What is held back at least, in bytes.</summary>
    public const int HeldBytes = Blocks * BlockBytes;

    private const int BlockBytes = 64 * 1024, Blocks = 16;

    /// <exception cref="IOException">The destination takes no more.</exception>
    public static async Task RunAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var held = new Queue<(byte[] Bytes, int Length)>();
        while (true)
        {
            // One more than is held back, because the last block can be short.
            var bytes = held.Count <= Blocks ? new byte[BlockBytes] : await WriteAsync(held.Dequeue(), to, cancellationToken).ConfigureAwait(false);
            var length = await from.ReadAtLeastAsync(bytes, BlockBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (length == 0) break;
            held.Enqueue((bytes, length));
        }
        while (held.TryDequeue(out var block)) await WriteAsync(block, to, cancellationToken).ConfigureAwait(false);
        await to.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<byte[]> WriteAsync((byte[] Bytes, int Length) block, Stream to, CancellationToken cancellationToken)
    {
        await to.WriteAsync(block.Bytes.AsMemory(0, block.Length), cancellationToken).ConfigureAwait(false);
        return block.Bytes;
    }
}
