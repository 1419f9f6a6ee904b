using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;

namespace Coffer.KeyProvider.Sources.Sample;

/// <summary>
/// The sample key of Confidential Containers, under which their public sample images are encrypted. Everybody has it: the
/// core asks this source only where <see cref="KeyProviderOptions.AllowSampleKey"/> says so.
/// </summary>
internal sealed class SampleKeySource : IKeySource
{
    /// <summary>The name under which its packets ask for it.</summary>
    public const string KeyId = "kbs:///default/test-key/1";

    public string Name => "sample";

    public IReadOnlyList<string> KeyIds => [];

    public bool UnwrapsAtOnce => true;

    private static ReadOnlySpan<byte> Key =>
    [
        0xd9, 0x9b, 0x77, 0x05, 0xb0, 0xba, 0x7a, 0x16, 0x82, 0x95, 0xb3, 0xa3, 0x36, 0x72, 0x70, 0xb0,
        0xdd, 0x9b, 0x37, 0x1b, 0xf5, 0x14, 0xca, 0x8b, 0x9b, 0xa7, 0xf0, 0xa3, 0x37, 0x11, 0xda, 0xea,
    ];

    public bool Knows(AnnotationPacket packet) => packet.KeyId == KeyId;

    public Task<AnnotationPacket> WrapAsync(KeySelection selection, ReadOnlyMemory<byte> options, CancellationToken cancellationToken) =>
        Task.FromResult(PacketCipher.Seal(KeyId, Key, options.Span));

    public Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken) => Task.FromResult(PacketCipher.Open(packet, Key));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
