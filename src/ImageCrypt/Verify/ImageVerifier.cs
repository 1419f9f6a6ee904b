using System.Collections.Concurrent;
using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Verify;

/// <summary>
/// Reads every layer to nowhere, decrypting those that are encrypted, and gives each its own verdict: one bad layer does
/// not hide the state of the others. MAC, digests, what the private options promise and diff IDs must all hold.
/// </summary>
/// <param name="source">Read; stays the caller's.</param>
/// <param name="keys">Opens the layers; stays the caller's.</param>
/// <param name="observer">Progress and warnings.</param>
public sealed class ImageVerifier(IImageSource source, KeyRing keys, ITransferObserver observer)
{
    /// <summary>How often a blob is begun again after a failure that may pass.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>How many layers are read at once.</summary>
    public int Parallelism { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Verifies every layer of every manifest; a layer that occurs several times is read once.</summary>
    /// <exception cref="CofferException">A config cannot be read or does not fit its manifest.</exception>
    public async Task<IReadOnlyList<LayerVerdict>> VerifyAsync(ImageTree tree, CancellationToken cancellationToken)
    {
        var items = new List<Item>();
        foreach (var node in tree.Manifests)
        {
            var diffIds = await DiffIds.ReadAsync(node.Manifest, source, cancellationToken).ConfigureAwait(false);
            items.AddRange(node.Manifest.Layers.Select((layer, i) => new Item(node, i, layer, diffIds?[i])));
        }
        var work = items.Where(i => !i.IsElsewhere).DistinctBy(i => i.Key).ToList();
        observer.Plan(work.Count, work.Sum(w => w.Layer.Size));
        var troubles = new ConcurrentDictionary<string, CofferException?>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(work, options, async (item, token) => troubles[item.Key] = await TryAsync(item, token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. items.Select(i => new LayerVerdict(i.Node.Entry?.Platform, i.Index, i.Layer, i.IsElsewhere, i.IsElsewhere ? null : troubles[i.Key]))];
    }

    private async Task<CofferException?> TryAsync(Item item, CancellationToken cancellationToken)
    {
        try
        {
            using var progress = observer.Begin("verifying", item.Layer);
            var transfer = new BlobTransfer(source, new DiscardingSink(), observer, progress, Retries, readAhead: Environment.ProcessorCount > 1);
            using var change = await ChangeAsync(item, cancellationToken).ConfigureAwait(false);
            if (change is null) await transfer.CopyAsync(item.Layer, cancellationToken).ConfigureAwait(false);
            else await change.RunAsync(item.Layer, transfer, cancellationToken).ConfigureAwait(false);
            progress.Complete();
            return null;
        }
        catch (CofferException e)
        {
            return e;
        }
    }

    private async ValueTask<ILayerChange?> ChangeAsync(Item item, CancellationToken cancellationToken)
    {
        if (EncAnnotations.IsEncrypted(item.Layer.MediaType))
        {
            return new DecryptLayer(await keys.OpenAsync(item.Layer, cancellationToken).ConfigureAwait(false), item.DiffId, strict: true);
        }
        return item.DiffId is { } diffId ? new CheckLayer(item.Layer, diffId) : null;
    }

    private sealed record Item(ManifestNode Node, int Index, Descriptor Layer, Digest? DiffId)
    {
        // Equal bytes under other annotations may be opened by another key.
        public string Key { get; } = $"{Layer.Digest} {Layer.MediaType} {DiffId} {string.Join(' ', Layer.Annotations
            .Where(a => a.Key.StartsWith(EncAnnotations.Prefix, StringComparison.Ordinal))
            .OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"))}";

        public bool IsElsewhere => MediaTypes.IsForeignLayer(Layer.MediaType) && Layer.Urls.Count > 0;
    }
}

/// <summary>What verification found of one layer.</summary>
/// <param name="Platform">The index entry's platform; null for a single image.</param>
/// <param name="Index">Position in its manifest, from 0.</param>
/// <param name="Layer">As the manifest has it.</param>
/// <param name="Elsewhere">True for a foreign layer, which lives elsewhere and was not read.</param>
/// <param name="Trouble">What does not hold; null where all does.</param>
public sealed record LayerVerdict(Platform? Platform, int Index, Descriptor Layer, bool Elsewhere, CofferException? Trouble)
{
    /// <summary>True by the media type.</summary>
    public bool Encrypted => EncAnnotations.IsEncrypted(Layer.MediaType);
}
