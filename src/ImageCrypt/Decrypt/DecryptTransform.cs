using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Decrypt;

/// <summary>Decrypts every encrypted layer. All keys are opened before the first blob is read.</summary>
/// <param name="keys">Stays the caller's.</param>
/// <param name="strict">True to refuse a layer whose plaintext is not what its private options promise; else it is a warning.</param>
/// <param name="verifyDiffIds">True to decompress every layer and check it against the image config.</param>
public sealed class DecryptTransform(KeyRing keys, bool strict = false, bool verifyDiffIds = false) : ILayerTransform
{
    /// <inheritdoc/>
    public bool ConvertsToOci => false;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ILayerChange?>> PlanAsync(Manifest manifest, IImageSource source, CancellationToken cancellationToken)
    {
        var diffIds = verifyDiffIds ? await DiffIds.ReadAsync(manifest, source, cancellationToken).ConfigureAwait(false) : null;
        var changes = new ILayerChange?[manifest.Layers.Count];
        try
        {
            for (var i = 0; i < changes.Length; i++)
            {
                var layer = manifest.Layers[i];
                if (EncAnnotations.IsEncrypted(layer.MediaType))
                {
                    changes[i] = new DecryptLayer(await keys.OpenAsync(layer, cancellationToken).ConfigureAwait(false), diffIds?[i], strict);
                }
                else if (diffIds?[i] is { } diffId && !MediaTypes.IsForeignLayer(layer.MediaType))
                {
                    changes[i] = new CheckLayer(layer, diffId);
                }
            }
            return changes;
        }
        catch
        {
            foreach (var change in changes) change?.Dispose();
            throw;
        }
    }
}
