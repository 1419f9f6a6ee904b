using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Cli.Progress;
using Coffer.ImageCrypt;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer rewrap</c>.</summary>
internal sealed class RewrapCommand : Verb
{
    private readonly KeyFlag _keys;
    private readonly Option<string[]> _add = new("--add") { Description = "a new recipient: jwe:FILE, pkcs7:FILE, pgp:USER, pkcs11:FILE or provider:NAME[:PARAMETERS]; can be given several times", HelpName = "SCHEME:RECIPIENT" };
    private readonly Option<string[]> _remove = new("--remove") { Description = "old recipients that go: all, opened (the one that -d opened), SCHEME, SCHEME:N as inspect numbers them, provider:NAME or kid:ID; can be given several times", HelpName = "SELECTOR" };
    private readonly Option<bool> _deleteOld = new("--delete-old") { Description = "in a registry: delete the replaced manifests, and so every other tag that names them; no layer is deleted. Without it they still open for the old recipients" };
    private readonly Option<bool> _removeSignatures = new("--remove-signatures") { Description = "go on although the image is signed; its signatures do not hold for the new manifest" };
    private readonly Option<string?> _digestFile = new("--digestfile") { Description = "write the digest of the new image to FILE", HelpName = "FILE" };
    private readonly OneImage _image;
    private readonly Argument<string?> _destination = new("DST") { Description = "where the new image goes; without it IMAGE is changed where it is", Arity = ArgumentArity.ZeroOrOne };
    private readonly RegistryFlags _destinationFlags;

    public RewrapCommand(Session session)
        : base(
            "rewrap",
            "Change who can open an encrypted image, by rewriting its manifests only.",
            "coffer rewrap -d priv.pem --add jwe:pub2.pem --remove all oci:enc:tag",
            "coffer rewrap -d priv.pem --add provider:kms docker://registry.example/app:1-enc",
            "coffer rewrap --remove jwe:1 --delete-old docker://registry.example/app:1-enc")
    {
        Note = """
            No layer is read, moved or encrypted anew. Recipients that cannot be read here are kept unless a selector takes them.

            What it cannot do: take back what was given. Whoever had a layer key keeps it, and whoever still finds the old
            manifest opens it as before. To shut somebody out, encrypt the original image again.
            """;
        _keys = new KeyFlag(this);
        foreach (var option in (Option[])[_add, _remove, _deleteOld, _removeSignatures, _digestFile]) Add(option);
        _image = new OneImage(this, choosesInstances: false);
        Add(_destination);
        _destinationFlags = new RegistryFlags(this, "dest-", "destination", _image.Registry);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_image.Shared.Quiet(parsed));
        var location = _image.Location(parsed);
        var destination = Destination(parsed, location);
        var add = (parsed.GetValue(_add) ?? []).Select(RecipientSpec.Parse).ToList();
        var remove = (parsed.GetValue(_remove) ?? []).Select(RemovalSelector.Parse).ToList();
        if (add.Count + remove.Count == 0) throw new CofferException("neither --add nor --remove was given", ExitStatus.Usage, "coffer rewrap --help shows what can be changed");

        using var recipients = add.Count == 0 ? null : await RecipientSet.ResolveAsync(add, cancellationToken).ConfigureAwait(false);
        var needsKey = add.Count > 0 || remove.Any(r => r.NeedsKey);
        using var keys = needsKey ? await _keys.ReadAsync(parsed, session, reporter, cancellationToken).ConfigureAwait(false) : null;

        var options = _image.Registry.Read(parsed, _image.Shared, reporter);
        var source = await location.OpenSourceAsync(options, cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var signed = await Signatures.CheckAsync(source, parsed.GetValue(_removeSignatures), cancellationToken).ConfigureAwait(false);
        var tree = await ImageTree.ReadAsync(source, InstanceSelection.All, cancellationToken).ConfigureAwait(false);
        RequireEncrypted(source, tree);

        TransferResult result;
        var sink = destination is null ? Editable(source).OpenForEditing() : await destination.OpenSinkAsync(_destinationFlags.Read(parsed, _image.Shared, reporter), cancellationToken).ConfigureAwait(false);
        await using (sink.ConfigureAwait(false))
        {
            var transfer = new ImageTransfer(source, sink, new RewrapTransform(keys, recipients, remove), reporter) { Retries = _image.Shared.RetryTimes(parsed) };
            result = await transfer.RunAsync(tree, cancellationToken).ConfigureAwait(false);
        }
        reporter.Dispose();
        if (signed) Signatures.Tell(result.Root.Digest, reporter);
        if (parsed.GetValue(_digestFile) is { } file) DigestFile.Write(file, result.Root.Digest);
        var remaining = destination is null ? await RetireAsync(source, result, location.Transport == "docker", parsed.GetValue(_deleteOld), reporter, cancellationToken).ConfigureAwait(false) : [];
        Print(parsed, session, result, (destination ?? location).Text, remaining);
        return (int)ExitStatus.Done;
    }

    private ImageLocation? Destination(ParseResult parsed, ImageLocation location)
    {
        if (parsed.GetValue(_destination) is not { } text) return null;
        var destination = ImageLocation.Parse(text);
        if (location.SameAs(destination)) return null;
        if (parsed.GetValue(_deleteOld)) throw new CofferException("--delete-old goes with changing an image where it is, not with a destination", ExitStatus.Usage, "leave DST or --delete-old out");
        return destination;
    }

    private static IEditableImage Editable(IImageSource source) => source as IEditableImage ?? throw new CofferException(
        $"{Printable.Of(source.Location)} cannot be changed where it is", ExitStatus.Usage, "give a destination: coffer rewrap ... IMAGE DST");

    private static void RequireEncrypted(IImageSource source, ImageTree tree)
    {
        if (tree.Manifests.Any(m => m.Manifest.Layers.Any(l => EncAnnotations.IsEncrypted(l.MediaType)))) return;
        throw new CofferException($"{Printable.Of(source.Location)} has no encrypted layer: there are no recipients to change", ExitStatus.Failed, "coffer encrypt -e SPEC SRC DST encrypts it");
    }

    private static async ValueTask<IReadOnlyList<Digest>> RetireAsync(
        IImageSource source, TransferResult result, bool inRegistry, bool delete, Reporter reporter, CancellationToken cancellationToken)
    {
        if (result.Before.Digest == result.Root.Digest) return [];
        var remaining = await Editable(source).RetireAsync(result.Before, result.Root, delete, cancellationToken).ConfigureAwait(false);
        var remedy = delete ? ""
            : inRegistry ? "; --delete-old would have deleted it, and so every other tag that names it, but no layer"
            : "; another entry of the layout names it";
        foreach (var digest in remaining)
        {
            reporter.Warn($"the replaced manifest {digest} is still there and still opens for the old recipients{remedy}");
        }
        return remaining;
    }

    private void Print(ParseResult parsed, Session session, TransferResult result, string destination, IReadOnlyList<Digest> remaining)
    {
        if (_image.Shared.Json(parsed))
        {
            TransferJson.Write(session.Output, result, destination, json =>
            {
                json.WriteStartArray("remaining");
                foreach (var digest in remaining) json.WriteStringValue(digest.ToString());
                json.WriteEndArray();
            });
        }
        else if (!_image.Shared.Quiet(parsed))
        {
            TransferText.Write(session.Output, result, destination, "rewrapped");
        }
    }
}
