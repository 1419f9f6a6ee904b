using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>
/// Moves an image from a source to a sink and changes its layers on the way. Everything that can be refused is refused
/// while planning, before a blob moves; blobs go first, manifests after them, the root last, so nothing is visible at
/// the destination before all of it is there.
/// </summary>
public sealed class ImageTransfer
{
    private readonly IImageSource _source;
    private readonly IImageSink _sink;
    private readonly ILayerTransform _transform;
    private readonly ITransferObserver _observer;

    /// <param name="source">Read.</param>
    /// <param name="sink">Written; committed at the end.</param>
    /// <param name="transform">What becomes of the layers.</param>
    /// <param name="observer">Progress and warnings.</param>
    public ImageTransfer(IImageSource source, IImageSink sink, ILayerTransform transform, ITransferObserver observer)
    {
        _source = source;
        _sink = sink;
        _transform = transform;
        _observer = observer;
    }

    /// <summary>How often a blob is begun again after a failure that may pass.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How many blobs are moved at once. Each holds a few MiB at most.</summary>
    public int Parallelism { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Does it.</summary>
    /// <exception cref="CofferException">Refused or failed; the destination does not show the image.</exception>
    public async Task<TransferResult> RunAsync(ImageTree tree, CancellationToken cancellationToken)
    {
        var plans = new List<ManifestPlan>();
        try
        {
            foreach (var node in tree.Manifests)
            {
                plans.Add(new ManifestPlan(node, await _transform.PlanAsync(node.Manifest, _source, cancellationToken).ConfigureAwait(false)));
            }
            _transform.Planned();
            var work = BlobWork.Collect(plans);
            _observer.Plan(work.Count, work.Sum(w => w.Blob.Size));
            await MoveBlobsAsync(work, cancellationToken).ConfigureAwait(false);
            return await WriteDocumentsAsync(tree, plans, work.ToDictionary(w => w.Key), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var change in plans.SelectMany(p => p.Changes)) change?.Dispose();
        }
    }

    // The largest first: the last blob to end should not be one that began late.
    private Task MoveBlobsAsync(IReadOnlyList<BlobWork> work, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(work.OrderByDescending(w => w.Blob.Size), options, async (item, token) =>
        {
            using var progress = _observer.Begin(item.Doing, item.Blob);
            var transfer = new BlobTransfer(_source, _sink, _observer, progress, Retries, readAhead: Environment.ProcessorCount > 1);
            await item.RunAsync(transfer, token).ConfigureAwait(false);
            progress.Complete();
        });
    }

    private async Task<TransferResult> WriteDocumentsAsync(
        ImageTree tree, IReadOnlyList<ManifestPlan> plans, Dictionary<string, BlobWork> done, CancellationToken cancellationToken)
    {
        var byNode = plans.ToDictionary(p => p.Node, (IEqualityComparer<ManifestNode>)ReferenceEqualityComparer.Instance);
        var layers = new List<LayerResult>();
        var root = await WriteAsync(tree.Root, isRoot: true).ConfigureAwait(false);
        await _sink.CommitAsync(root, cancellationToken).ConfigureAwait(false);
        return new TransferResult(tree.Root.Content, root, layers);

        async Task<Content> WriteAsync(ImageNode node, bool isRoot)
        {
            var content = node switch
            {
                ManifestNode manifest => Rewrite(byNode[manifest], done, layers),
                IndexNode index => await RewriteAsync(index).ConfigureAwait(false),
                _ => node.Content,
            };
            if (!isRoot) await _sink.PutManifestAsync(content, cancellationToken).ConfigureAwait(false);
            return content;
        }

        async Task<Content> RewriteAsync(IndexNode node)
        {
            var entries = new List<Descriptor>();
            foreach (var child in node.Children)
            {
                var content = await WriteAsync(child, isRoot: false).ConfigureAwait(false);
                entries.Add(child.Entry! with { MediaType = content.MediaType, Digest = content.Digest, Size = content.Bytes.Length });
            }
            var mediaType = _transform.ConvertsToOci ? MediaTypes.ToOci(node.Index.MediaType) : node.Index.MediaType;
            var same = mediaType == node.Index.MediaType && entries.Zip(node.Children).All(e => e.First.Digest == e.Second.Entry!.Digest);
            return same ? node.Content : node.Index.With(entries, mediaType).Content;
        }
    }

    // An image of which nothing changed passes on byte for byte.
    private Content Rewrite(ManifestPlan plan, Dictionary<string, BlobWork> done, List<LayerResult> layers)
    {
        var manifest = plan.Node.Manifest;
        var after = new List<Descriptor>(manifest.Layers.Count);
        for (var i = 0; i < manifest.Layers.Count; i++)
        {
            var before = manifest.Layers[i];
            var change = plan.Changes[i];
            var rewritten = change is null ? before : done[change.Key].Rewrite(before);
            after.Add(_transform.ConvertsToOci ? rewritten with { MediaType = MediaTypes.ToOci(rewritten.MediaType) } : rewritten);
            layers.Add(new LayerResult(plan.Node.Entry?.Platform, i, before, after[i], change?.Doing));
        }
        var mediaType = _transform.ConvertsToOci ? MediaTypes.ToOci(manifest.MediaType) : manifest.MediaType;
        if (mediaType == manifest.MediaType && plan.Changes.All(c => c is null)) return manifest.Content;
        var config = _transform.ConvertsToOci ? manifest.Config with { MediaType = MediaTypes.ToOci(manifest.Config.MediaType) } : null;
        return manifest.With(after, config, mediaType).Content;
    }
}
