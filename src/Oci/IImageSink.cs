namespace Coffer.Oci;

/// <summary>
/// A place that an image is written to. Nothing is visible under the location before <see cref="CommitAsync"/>;
/// a blob is not visible before its stream ended well. Safe for several blobs at once. Disposal without a commit
/// removes what it left behind as far as the place allows (a registry collects unreferenced blobs itself).
/// </summary>
public interface IImageSink : IAsyncDisposable
{
    /// <summary>What the user wrote, for messages.</summary>
    string Location { get; }

    /// <summary>
    /// Makes the blob available without moving its bytes through here, where the place already has it, can mount it
    /// from <paramref name="from"/>'s repository, or can link it. False: the caller must <see cref="PutBlobAsync"/>.
    /// </summary>
    ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken);

    /// <summary>
    /// Reads <paramref name="content"/> to its end and stores it under its sha256 digest; if the stream throws, nothing
    /// stays visible. The stream stays the caller's to dispose.
    /// </summary>
    /// <param name="content">Read sequentially, once.</param>
    /// <param name="expected">The digest, where known beforehand; else null and the place computes it.</param>
    /// <param name="size">The length in bytes, where known beforehand; else null.</param>
    /// <param name="cancellationToken">Abandons the upload.</param>
    /// <returns>The digest and the size in bytes of what was stored.</returns>
    /// <exception cref="CofferException">The place refused it, is full, or stored something else.</exception>
    ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken);

    /// <summary>Stores a manifest or index that the root refers to, under its digest only.</summary>
    ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken);

    /// <summary>Stores the root and makes it visible under the location, as the last step and at once.</summary>
    ValueTask CommitAsync(Content root, CancellationToken cancellationToken);
}

/// <summary>What a sink stored.</summary>
/// <param name="Digest">Computed over the stored bytes.</param>
/// <param name="Size">In bytes.</param>
public readonly record struct StoredBlob(Digest Digest, long Size);
