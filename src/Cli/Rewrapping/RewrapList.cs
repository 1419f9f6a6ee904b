using Coffer.Cli.Output;
using Coffer.ImageCrypt.Rewrap;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.Rewrapping;

/// <summary>
/// Rewraps the images of a list where they are, several at once. One that fails does not stop the others; begun again, it passes over those that
/// are done, as their packets say.
/// </summary>
/// <param name="order">How.</param>
/// <param name="registry">How registries are reached.</param>
/// <param name="parallel">How many images at once.</param>
/// <param name="dryRun">Whether everything is read and tried, and nothing changed.</param>
internal sealed class RewrapList(RewrapOrder order, RegistryOptions registry, int parallel, bool dryRun)
{
    /// <summary>Does it; each image's line is told as soon as it is done.</summary>
    /// <returns>How many failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<ImageLocation> images, Action<RewrapLine> tell, CancellationToken cancellationToken)
    {
        var (gate, failed) = (new Lock(), 0);
        await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken }, async (image, token) =>
        {
            var line = await OneAsync(image, token).ConfigureAwait(false);
            lock (gate)
            {
                if (line.Status == RewrapLine.Failed) failed++;
                tell(line);
            }
        }).ConfigureAwait(false);
        return failed;
    }

    private async Task<RewrapLine> OneAsync(ImageLocation image, CancellationToken cancellationToken)
    {
        try
        {
            var source = await image.OpenSourceAsync(registry, cancellationToken).ConfigureAwait(false);
            await using var _ = source.ConfigureAwait(false);
            var read = await ImageRewrap.ReadAsync(order, source, cancellationToken).ConfigureAwait(false);
            var left = ImageRewrap.Layers(read.Tree).Where(l => order.Add is null || !RewrapNeed.IsDone(l, order.Add, order.Remove.Count > 0)).ToList();
            if (left.Count == 0) return new RewrapLine(image.Text, RewrapLine.Unchanged) { Digest = read.Tree.Root.Content.Digest };
            return dryRun ? await TryAsync(image, left, cancellationToken).ConfigureAwait(false) : await ChangeAsync(image, source, read, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new RewrapLine(image.Text, RewrapLine.Failed) { Error = Failure.Translate(e) };
        }
    }

    // Opens what would have to be opened: an old version that nobody gets any more shows now, not half-way through the list.
    private async Task<RewrapLine> TryAsync(ImageLocation image, IReadOnlyList<Descriptor> layers, CancellationToken cancellationToken)
    {
        foreach (var layer in layers)
        {
            if (order.Keys is { } keys) (await keys.OpenAsync(layer, cancellationToken).ConfigureAwait(false)).Dispose();
        }
        var to = order.Add?.Tried.Select(t => t.KeyId ?? t.Annotation).ToList() ?? [];
        return new RewrapLine(image.Text, RewrapLine.WouldRewrap) { Layers = [.. layers.Select(l => (l.Digest, RewrapNeed.KeyIds(l), (IReadOnlyList<string>)to))] };
    }

    private async Task<RewrapLine> ChangeAsync(ImageLocation image, IImageSource source, (ImageTree Tree, bool WasSigned) read, CancellationToken cancellationToken)
    {
        var result = await ImageRewrap.RunAsync(order, source, read, null, SilentObserver.Instance, cancellationToken).ConfigureAwait(false);
        return new RewrapLine(image.Text, RewrapLine.Rewrapped)
        {
            Digest = result.Transfer.Root.Digest,
            Layers = [.. result.Transfer.Layers.Where(l => l.Change is not null).Select(l => (l.After.Digest, RewrapNeed.KeyIds(l.Before), RewrapNeed.KeyIds(l.After)))],
            Remaining = result.Remaining,
        };
    }
}
