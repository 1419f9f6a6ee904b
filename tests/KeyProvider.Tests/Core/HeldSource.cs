using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider.Tests.Core;

/// <summary>A key source with keys in memory that answers when the test lets it, and counts what it is asked.</summary>
internal sealed class HeldSource(string name = "held", params string[] keyIds) : IKeySource
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unwraps;

    public string Name => name;

    public IReadOnlyList<string> KeyIds => keyIds;

    /// <summary>What a call waits for; gets the call's token.</summary>
    public Func<CancellationToken, Task> Gate { get; set; } = _ => Task.CompletedTask;

    public Func<AnnotationPacket, bool> KnowsWhich { get; set; } = _ => true;

    public KeySelection? Selected { get; private set; }

    public int Unwraps => Volatile.Read(ref _unwraps);

    /// <summary>The private options that it was given last, not a copy of them.</summary>
    public ReadOnlyMemory<byte> Given { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>What it handed out last.</summary>
    public byte[]? HandedOut { get; private set; }

    /// <summary>Done once it has been asked.</summary>
    public Task Asked => _asked.Task;

    /// <summary>A packet that it opens.</summary>
    public static byte[] PacketOf(string keyId, byte[] options) => PacketWriter.Write(PacketCipher.Seal(keyId, Key, options));

    public bool Knows(AnnotationPacket packet) => KnowsWhich(packet);

    public async Task<AnnotationPacket> WrapAsync(KeySelection selection, ReadOnlyMemory<byte> options, CancellationToken cancellationToken)
    {
        (Selected, Given) = (selection, options);
        _asked.TrySetResult();
        await Gate(cancellationToken);
        return PacketCipher.Seal(selection.KeyId ?? $"{name}:///default", Key, options.Span);
    }

    public async Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _unwraps);
        _asked.TrySetResult();
        await Gate(cancellationToken);
        return HandedOut = PacketCipher.Open(packet, Key);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
