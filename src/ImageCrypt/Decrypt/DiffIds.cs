using Coffer.Oci;

namespace Coffer.ImageCrypt.Decrypt;

/// <summary>The diff IDs that an image's config gives its layers.</summary>
internal static class DiffIds
{
    /// <returns>One per layer; null for a manifest that is no image or whose config lists none.</returns>
    /// <exception cref="IntegrityException">The config lists another number of diff IDs than there are layers.</exception>
    public static async ValueTask<IReadOnlyList<Digest?>?> ReadAsync(Manifest manifest, IImageSource source, CancellationToken cancellationToken)
    {
        if (!manifest.IsImage) return null;
        var config = await source.ReadConfigAsync(manifest, cancellationToken).ConfigureAwait(false);
        if (config.DiffIds.Count != manifest.Layers.Count)
        {
            throw new IntegrityException(
                $"manifest {manifest.Content.Digest} has {manifest.Layers.Count} layers but its config lists {config.DiffIds.Count} diff IDs", "layers were added or removed after the image was built");
        }
        return [.. config.DiffIds.Select(d => (Digest?)d)];
    }
}
