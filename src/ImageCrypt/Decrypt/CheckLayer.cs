using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Decrypt;

/// <summary>Copies a plain layer while checking it against the image config.</summary>
internal sealed class CheckLayer(Descriptor layer, Digest diffId) : ILayerChange
{
    public string Doing => "checking";

    public string Key { get; } = $"check {layer.Digest} {diffId}";

    public async Task<Func<Descriptor, Descriptor>> RunAsync(Descriptor layer, BlobTransfer transfer, CancellationToken cancellationToken)
    {
        await transfer.PutAsync(layer, content => new DiffIdStream(content, layer.MediaType, diffId, layer.Digest), layer.Digest, layer.Size, cancellationToken).ConfigureAwait(false);
        return original => original;
    }

    public void Dispose() { }
}
