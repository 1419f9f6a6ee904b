using Coffer.Cli.CommandLine;
using Coffer.ImageCrypt;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.Rewrapping;

/// <summary>Rewraps one image, where it is or to a destination.</summary>
internal static class ImageRewrap
{
    /// <summary>Reads the image, which has to be encrypted and, unless the order says otherwise, unsigned.</summary>
    /// <exception cref="CofferException">It is not, or cannot be read.</exception>
    public static async Task<(ImageTree Tree, bool WasSigned)> ReadAsync(RewrapOrder order, IImageSource source, CancellationToken cancellationToken)
    {
        var signed = await Signatures.CheckAsync(source, order.RemoveSignatures, cancellationToken).ConfigureAwait(false);
        var tree = await ImageTree.ReadAsync(source, InstanceSelection.All, cancellationToken).ConfigureAwait(false);
        if (!Layers(tree).Any()) throw new CofferException($"{Printable.Of(source.Location)} has no encrypted layer: there are no recipients to change", ExitStatus.Failed, "coffer encrypt -e SPEC SRC DST encrypts it");
        return (tree, signed);
    }

    /// <summary>The encrypted layers.</summary>
    public static IEnumerable<Descriptor> Layers(ImageTree tree) => tree.Manifests.SelectMany(m => m.Manifest.Layers).Where(l => EncAnnotations.IsEncrypted(l.MediaType));

    /// <summary>Does it.</summary>
    /// <param name="order">How.</param>
    /// <param name="source">The image.</param>
    /// <param name="read">What <see cref="ReadAsync"/> read of it.</param>
    /// <param name="destination">Opens the destination; null to change the image where it is.</param>
    /// <param name="observer">Hears how it goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CofferException">Refused or failed; nothing was changed.</exception>
    public static async Task<RewrapResult> RunAsync(
        RewrapOrder order, IImageSource source, (ImageTree Tree, bool WasSigned) read, Func<CancellationToken, ValueTask<IImageSink>>? destination, ITransferObserver observer, CancellationToken cancellationToken)
    {
        TransferResult result;
        var sink = destination is null ? Editable(source).OpenForEditing() : await destination(cancellationToken).ConfigureAwait(false);
        await using (sink.ConfigureAwait(false))
        {
            var transfer = new ImageTransfer(source, sink, order.Transform(), observer) { Retries = order.Retries };
            result = await transfer.RunAsync(read.Tree, cancellationToken).ConfigureAwait(false);
        }
        var remaining = destination is not null || result.Before.Digest == result.Root.Digest ? []
            : await Editable(source).RetireAsync(result.Before, result.Root, order.DeleteOld, cancellationToken).ConfigureAwait(false);
        return new RewrapResult(result, remaining, read.WasSigned);
    }

    private static IEditableImage Editable(IImageSource source) => source as IEditableImage ?? throw new CofferException(
        $"{Printable.Of(source.Location)} cannot be changed where it is", ExitStatus.Usage, "give a destination: coffer rewrap ... IMAGE DST");
}
