using Coffer.Oci;
using Coffer.ImageCrypt.Trees;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>A manifest with what becomes of its layers.</summary>
internal sealed record ManifestPlan(ManifestNode Node, IReadOnlyList<ILayerChange?> Changes);

/// <summary>One blob that is moved once, however many manifests and layers refer to it.</summary>
internal sealed class BlobWork
{
    private readonly ILayerChange? _change;

    private BlobWork(string key, Descriptor blob, ILayerChange? change)
    {
        Key = key;
        Blob = blob;
        _change = change;
    }

    /// <summary>Equal for work that gives the same result.</summary>
    public string Key { get; }

    public Descriptor Blob { get; }

    public string Doing => _change?.Doing ?? "copying";

    /// <summary>Rewrites a descriptor of such a layer, once the work is done.</summary>
    public Func<Descriptor, Descriptor> Rewrite { get; private set; } = descriptor => descriptor;

    public static IReadOnlyList<BlobWork> Collect(IReadOnlyList<ManifestPlan> plans)
    {
        var work = new Dictionary<string, BlobWork>();
        foreach (var plan in plans)
        {
            var manifest = plan.Node.Manifest;
            AddCopy(manifest.Config);
            for (var i = 0; i < manifest.Layers.Count; i++)
            {
                var layer = manifest.Layers[i];
                if (plan.Changes[i] is { } change) work.TryAdd(change.Key, new BlobWork(change.Key, layer, change));
                else if (!StaysElsewhere(layer)) AddCopy(layer);
            }
        }
        return [.. work.Values];

        void AddCopy(Descriptor blob)
        {
            var key = $"copy {blob.Digest}";
            work.TryAdd(key, new BlobWork(key, blob, null));
        }
    }

    public async Task RunAsync(BlobTransfer transfer, CancellationToken cancellationToken)
    {
        if (_change is null) await transfer.CopyAsync(Blob, cancellationToken).ConfigureAwait(false);
        else Rewrite = await _change.RunAsync(Blob, transfer, cancellationToken).ConfigureAwait(false);
    }

    // A foreign layer with addresses of its own is fetched from there by whoever runs the image.
    private static bool StaysElsewhere(Descriptor layer) => MediaTypes.IsForeignLayer(layer.MediaType) && layer.Urls.Count > 0;
}
