namespace Coffer.Oci;

/// <summary>
/// An image whose manifests can be replaced where it stands, its blobs staying untouched: what changing recipients
/// needs. Registries and layouts can; archives cannot.
/// </summary>
public interface IEditableImage
{
    /// <summary>A sink on the same place and the same reference, in which every blob of the image already is.</summary>
    IImageSink OpenForEditing();

    /// <summary>
    /// Takes the replaced root away: in a layout always (its entry went with the commit; this removes manifests that
    /// nothing refers to any more), in a registry only if <paramref name="deleteInRegistry"/>.
    /// </summary>
    /// <returns>Digests that can still be fetched and still open for the old recipients.</returns>
    ValueTask<IReadOnlyList<Digest>> RetireAsync(Content oldRoot, Content newRoot, bool deleteInRegistry, CancellationToken cancellationToken);
}
