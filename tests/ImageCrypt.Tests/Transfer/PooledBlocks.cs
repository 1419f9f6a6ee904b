using System.Buffers;
using System.Diagnostics.Tracing;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>
/// How many large pooled buffers of the process are out: rented and not given back, by the pool's own events. Nothing else
/// may transfer beside.
/// </summary>
internal sealed class PooledBlocks : EventListener
{
    private const int LeastBytes = 128 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private int _out;

    public PooledBlocks()
    {
        // The pool makes its event source when it is first used.
        ArrayPool<byte>.Shared.Return(ArrayPool<byte>.Shared.Rent(1));
        Assert.True(IsHeard(), "the pool tells nothing");
    }

    public int Out => Volatile.Read(ref _out);

    /// <summary>Waits a bounded time until all are back: a request that was given up may end a moment after its caller.</summary>
    public async Task AllBackAsync(string after)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Out != 0 && Environment.TickCount64 < end) await Task.Delay(5);
        Assert.True(Out == 0, $"{Out} blocks are lost after {after}");
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource") EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is not ("BufferRented" or "BufferReturned") || (int)eventData.Payload![1]! < LeastBytes) return;
        Interlocked.Add(ref _out, eventData.EventName == "BufferRented" ? 1 : -1);
    }

    private bool IsHeard()
    {
        var block = ArrayPool<byte>.Shared.Rent(LeastBytes);
        var heard = Out == 1;
        ArrayPool<byte>.Shared.Return(block);
        return heard && Out == 0;
    }
}
