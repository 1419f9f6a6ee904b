using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Trees;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.CommandLine;

/// <summary>What encrypt, decrypt and copy have in common: an image goes from one place to another, changed on the way.</summary>
internal sealed class TwoImages
{
    private readonly Argument<string> _source, _destination;
    private readonly RegistryFlags _sourceFlags, _destinationFlags;
    private readonly SharedFlags _shared;
    private readonly InstanceFlags _instances;
    private readonly Option<bool> _removeSignatures = new("--remove-signatures") { Description = "go on although the image is signed; its signatures are left behind" };
    private readonly Option<string?> _digestFile = new("--digestfile") { Description = "write the digest of the new image to FILE", HelpName = "FILE" };

    public TwoImages(Command command)
    {
        _source = new("SRC") { Description = "the image: docker://HOST/NAME[:TAG|@DIGEST], oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF] or dir:DIR" };
        _destination = new("DST") { Description = "where the new image goes, in the same words" };
        command.Add(_source);
        command.Add(_destination);
        _instances = new InstanceFlags(command, takesAll: false);
        command.Add(_removeSignatures);
        command.Add(_digestFile);
        _shared = new SharedFlags(command, authFile: true);
        _sourceFlags = new RegistryFlags(command, "src-", "source");
        _destinationFlags = new RegistryFlags(command, "dest-", "destination");
    }

    public bool Quiet(ParseResult parsed) => _shared.Quiet(parsed);

    /// <summary>Checks both locations, and which instances are meant, before anything is opened.</summary>
    /// <exception cref="CofferException">Something is malformed, or both are the same image (<see cref="ExitStatus.Usage"/>).</exception>
    public (ImageLocation Source, ImageLocation Destination) Locations(ParseResult parsed)
    {
        _instances.Read(parsed);
        var source = ImageLocation.Parse(parsed.GetRequiredValue(_source));
        var destination = ImageLocation.Parse(parsed.GetRequiredValue(_destination));
        if (source.SameAs(destination))
        {
            throw new CofferException($"source and destination are the same image: {Printable.Of(source.Text)}", ExitStatus.Usage, "give the new image another place or name");
        }
        return (source, destination);
    }

    /// <summary>Moves the image and prints what became of it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="session">Where the result is printed.</param>
    /// <param name="reporter">Hears the progress.</param>
    /// <param name="verb">In the past tense, for the result.</param>
    /// <param name="transform">What becomes of the layers.</param>
    /// <param name="check">Looks at the documents before the destination is opened; throws to refuse.</param>
    /// <param name="cancellationToken">Ends the work; the destination then does not show the image.</param>
    public async Task<int> RunAsync(
        ParseResult parsed, Session session, Reporter reporter, string verb, ILayerTransform transform,
        Func<IImageSource, ImageTree, ValueTask> check, CancellationToken cancellationToken)
    {
        var (from, to) = Locations(parsed);
        var source = await from.OpenSourceAsync(_sourceFlags.Read(parsed, _shared, reporter), cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var signed = await Signatures.CheckAsync(source, parsed.GetValue(_removeSignatures), cancellationToken).ConfigureAwait(false);
        var tree = await ImageTree.ReadAsync(source, _instances.Read(parsed), cancellationToken).ConfigureAwait(false);
        LeftOut.Tell(tree, reporter);
        await check(source, tree).ConfigureAwait(false);

        TransferResult result;
        var sink = await to.OpenSinkAsync(_destinationFlags.Read(parsed, _shared, reporter), cancellationToken).ConfigureAwait(false);
        await using (sink.ConfigureAwait(false))
        {
            var transfer = new ImageTransfer(source, sink, transform, reporter) { Retries = _shared.RetryTimes(parsed) };
            result = await transfer.RunAsync(tree, cancellationToken).ConfigureAwait(false);
        }
        reporter.Dispose();
        if (signed) Signatures.Tell(result.Root.Digest, reporter);
        if (parsed.GetValue(_digestFile) is { } file) DigestFile.Write(file, result.Root.Digest);
        if (_shared.Json(parsed)) TransferJson.Write(session.Output, result, to.Text);
        else if (!_shared.Quiet(parsed)) TransferText.Write(session.Output, result, to.Text, verb);
        return (int)ExitStatus.Done;
    }
}
