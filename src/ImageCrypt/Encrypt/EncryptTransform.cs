using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Encrypt;

/// <summary>Encrypts the layers of an image for a set of recipients; Docker manifests become OCI ones.</summary>
/// <param name="recipients">Resolved beforehand; stays the caller's.</param>
/// <param name="layers">Positions as the user gave them, negative ones from the end; null for every layer that can be encrypted.</param>
/// <param name="skipEncrypted">True to leave layers alone that are encrypted already, rather than refuse.</param>
public sealed class EncryptTransform(RecipientSet recipients, IReadOnlyList<int>? layers = null, bool skipEncrypted = false) : ILayerTransform
{
    /// <inheritdoc/>
    public bool ConvertsToOci => true;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ILayerChange?>> PlanAsync(Manifest manifest, IImageSource source, CancellationToken cancellationToken)
    {
        var chosen = layers is null ? null : Positions(manifest.Layers.Count);
        var changes = new ILayerChange?[manifest.Layers.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            if (chosen is null || chosen.Contains(i)) changes[i] = Plan(manifest.Layers[i], i, named: chosen is not null);
        }
        return ValueTask.FromResult<IReadOnlyList<ILayerChange?>>(changes);
    }

    private EncryptLayer? Plan(Descriptor layer, int position, bool named)
    {
        if (EncAnnotations.IsEncrypted(layer.MediaType) || HasRecipients(layer))
        {
            if (skipEncrypted) return null;
            throw new CofferException(
                $"layer {position} ({layer.Digest}) is encrypted already", ExitStatus.Failed,
                "to add recipients: coffer rewrap -d KEY --add SPEC IMAGE; to leave such layers as they are: --skip-encrypted");
        }
        if (EncryptableTypes.Includes(layer.MediaType)) return new EncryptLayer(layer, recipients);
        if (!named) return null;
        throw new CofferException($"layer {position} ({layer.Digest}) has media type '{Printable.Of(layer.MediaType)}', which the format cannot encrypt");
    }

    private HashSet<int> Positions(int count) => [.. layers!.Select(p =>
    {
        var position = p < 0 ? count + p : p;
        return position >= 0 && position < count
            ? position
            : throw new CofferException($"--encrypt-layer {p} is out of range: the image has {count} layers", ExitStatus.Usage, "layers count from 0 at the base; -1 is the last");
    })];

    private static bool HasRecipients(Descriptor layer) =>
        layer.Annotations.Keys.Any(a => a.StartsWith(EncAnnotations.KeysPrefix, StringComparison.Ordinal));
}
