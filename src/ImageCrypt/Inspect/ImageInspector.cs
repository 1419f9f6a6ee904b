using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Inspect;

/// <summary>Reads manifests and configs, never layers, and says what they tell.</summary>
public static class ImageInspector
{
    /// <summary>Inspects every instance of the tree.</summary>
    /// <exception cref="CofferException">A config is missing, damaged or malformed.</exception>
    public static async Task<ImageReport> InspectAsync(
        IImageSource source, ImageTree tree, CancellationToken cancellationToken, IReadOnlyList<IKeyWrapScheme>? schemes = null)
    {
        var instances = new List<InstanceReport>();
        foreach (var node in tree.Manifests)
        {
            var manifest = node.Manifest;
            var config = manifest.IsImage ? await source.ReadConfigAsync(manifest, cancellationToken).ConfigureAwait(false) : null;
            var layers = manifest.Layers.Select((l, i) => Inspect(l, i, schemes ?? BuiltInSchemes.All)).ToList();
            instances.Add(new InstanceReport(
                node.Entry?.Platform ?? config?.Platform, manifest.Content.Digest, manifest.IsImage ? null : manifest.ArtifactType ?? manifest.Config.MediaType,
                layers, ClearText.Of(manifest, config), config is null ? [] : SecretLint.Check(config)));
        }
        return new ImageReport(source.Location, tree.Root.Content.Digest, instances);
    }

    private static LayerReport Inspect(Descriptor layer, int index, IReadOnlyList<IKeyWrapScheme> schemes)
    {
        if (!EncAnnotations.IsEncrypted(layer.MediaType)) return new LayerReport(index, layer, null, [], null);
        EncryptedLayer parsed;
        try
        {
            parsed = EncryptedLayer.Parse(layer, schemes);
        }
        catch (MalformedLayerException e)
        {
            return new LayerReport(index, layer, null, [], e.Message);
        }
        var recipients = parsed.Packets.SelectMany(p => p.Recipients.Select((r, i) => new NumberedRecipient(p.FirstNumber + i, r, p.Damage))).ToList();
        try
        {
            return new LayerReport(index, layer, parsed.ReadPublicOptions().Cipher, recipients, null);
        }
        catch (CofferException e)
        {
            return new LayerReport(index, layer, null, recipients, e.Message);
        }
    }
}
