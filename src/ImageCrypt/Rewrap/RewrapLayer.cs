using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Rewrap;

/// <summary>A layer whose blob stays and whose annotations change.</summary>
internal sealed class RewrapLayer(Descriptor layer, IReadOnlyDictionary<string, string> annotations) : ILayerChange
{
    public string Doing => "rewrapping";

    // Two layers with one blob but different recipients stay two.
    public string Key { get; } = $"rewrap {layer.Digest} {string.Join(' ', layer.Annotations.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"))}";

    public async Task<Func<Descriptor, Descriptor>> RunAsync(Descriptor layer, BlobTransfer transfer, CancellationToken cancellationToken)
    {
        await transfer.CopyAsync(layer, cancellationToken).ConfigureAwait(false);
        return original => original with { Annotations = annotations };
    }

    public void Dispose() { }
}
