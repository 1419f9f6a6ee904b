using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>
/// Blocks of 4096 bytes for the web server's reading and writing, pinned, and zeroed when they are given back: requests carry
/// callers' private keys and answers layer keys, which must not stay behind in free memory.
/// </summary>
internal sealed class ZeroingMemoryPool : MemoryPool<byte>
{
    private const int BlockBytes = 4096;
    private const int MostFree = 4096; // blocks kept for the next use: 16 MiB

    private readonly ConcurrentQueue<Block> _free = new();
    private int _count;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_free.TryDequeue(out var block)) return new Block(this);
        Interlocked.Decrement(ref _count);
        block.Take();
        return block;
    }

    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _count) <= MostFree) _free.Enqueue(block);
        else Interlocked.Decrement(ref _count);
    }

    private sealed class Block(ZeroingMemoryPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateArray<byte>(BlockBytes, pinned: true);
        private int _taken = 1;

        public Memory<byte> Memory => _bytes;

        public void Take() => _taken = 1;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _taken, 0) == 0) return;
            CryptographicOperations.ZeroMemory(_bytes);
            pool.Return(this);
        }
    }
}
