using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>Leaves every layer as it is.</summary>
public sealed class CopyTransform : ILayerTransform
{
    /// <inheritdoc/>
    public bool ConvertsToOci => false;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ILayerChange?>> PlanAsync(Manifest manifest, IImageSource source, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ILayerChange?>>(new ILayerChange?[manifest.Layers.Count]);
}
