using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;

namespace Coffer.KeyProvider.Sources;

/// <summary>
/// Where keys live: wraps a layer's private options under one of its keys, and unwraps packets made under any of them.
/// Safe for many calls at once. Disposal zeroes what it holds, after the last call has ended.
/// </summary>
public interface IKeySource : IAsyncDisposable
{
    /// <summary>The name that the configuration gives it.</summary>
    string Name { get; }

    /// <summary>Prefixes of the key ids that it is asked to wrap under, from <see cref="SourceSettings.KeyIds"/>; empty for those that no other source claims.</summary>
    IReadOnlyList<string> KeyIds { get; }

    /// <summary>True where this source is the one to ask about the packet's key, whether or not it can serve it just now.</summary>
    bool Knows(AnnotationPacket packet);

    /// <summary>True where unwrapping neither waits nor blocks, as with keys in memory: it is then done on the caller's own thread.</summary>
    bool UnwrapsAtOnce => false;

    /// <summary>Wraps <paramref name="options"/> (JSON in UTF-8, never kept) under the key selected.</summary>
    /// <exception cref="KeyProviderException">No such key, a restriction that this source cannot keep, or the source does not answer.</exception>
    Task<AnnotationPacket> WrapAsync(KeySelection selection, ReadOnlyMemory<byte> options, CancellationToken cancellationToken);

    /// <summary>The private options of a packet that it <see cref="Knows"/>, byte for byte, in an array that does not move in memory; the caller zeroes it.</summary>
    /// <exception cref="KeyProviderException">The key is gone, the packet was altered, or the source does not answer.</exception>
    Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken);
}
