namespace Coffer.Oci;

/// <summary>
/// An image that can be read: a registry's, a layout's, an archive's. Safe for several blobs at once.
/// Disposal closes connections and files and removes temporary ones.
/// </summary>
public interface IImageSource : IAsyncDisposable
{
    /// <summary>What the user wrote, such as <c>oci:dir:tag</c>, for messages.</summary>
    string Location { get; }

    /// <summary>The manifest or index that the location names. Its digest was checked wherever one was known.</summary>
    /// <exception cref="CofferException">It is not there, not to be had, or does not match its digest.</exception>
    ValueTask<Content> GetRootAsync(CancellationToken cancellationToken);

    /// <summary>A manifest or index by its descriptor, checked against it.</summary>
    /// <exception cref="CofferException">It is not there, or does not match its descriptor.</exception>
    ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>
    /// A blob as a stream that gives no more than the promised bytes and reports its end only if size and digest match
    /// (<see cref="VerifyingStream"/>); the caller disposes it.
    /// </summary>
    /// <exception cref="CofferException">It is not there or cannot be opened; reading throws <see cref="IntegrityException"/> on a mismatch.</exception>
    ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>True where signatures travel beside the image that a rewritten manifest would make worthless (<c>dir:</c> signature files, registry signature tags or lookaside).</summary>
    ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken);
}
