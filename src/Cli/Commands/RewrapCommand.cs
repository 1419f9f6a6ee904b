using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Cli.Progress;
using Coffer.Cli.Rewrapping;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;
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
    private readonly ImageListFlags _list;

    public RewrapCommand(Session session)
        : base(
            "rewrap",
            "Change who can open encrypted images, by rewriting their manifests only.",
            "coffer rewrap -d priv.pem --add jwe:pub2.pem --remove all oci:enc:tag",
            "coffer rewrap -d priv.pem --add provider:kms docker://registry.example/app:1-enc",
            "coffer rewrap --remove jwe:1 --delete-old docker://registry.example/app:1-enc",
            "coffer rewrap --images images.txt --dry-run -d provider:coffer --add provider:coffer:keyid=kbs:///default/image-kek/team-a --remove opened")
    {
        Note = """
            No layer is read, moved or encrypted anew. Recipients that cannot be read here are kept unless a selector takes them.

            With --images the images of a list are changed where they are. An image whose packets name the key version that is
            added already stays as it is, so a list that was not finished is simply begun again. One that fails does not stop
            the others: it has one line on stderr, and the exit status is 1.

            What it cannot do: take back what was given. Whoever had a layer key keeps it, and whoever still finds the old
            manifest opens it as before. To shut somebody out, encrypt the original image again.
            """;
        _keys = new KeyFlag(this);
        foreach (var option in (Option[])[_add, _remove, _deleteOld, _removeSignatures, _digestFile]) Add(option);
        _list = new ImageListFlags(this);
        _image = new OneImage(this, choosesInstances: false, isOptional: true);
        Add(_destination);
        _destinationFlags = new RegistryFlags(this, "dest-", "destination", _image.Registry);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_image.Shared.Quiet(parsed));
        _list.Check(parsed, _image.IsGiven(parsed), parsed.GetValue(_digestFile) is not null);
        var location = _list.IsGiven(parsed) ? null : _image.Location(parsed);
        var destination = location is null ? null : Destination(parsed, location);
        var add = (parsed.GetValue(_add) ?? []).Select(RecipientSpec.Parse).ToList();
        var remove = (parsed.GetValue(_remove) ?? []).Select(RemovalSelector.Parse).ToList();
        if (add.Count + remove.Count == 0) throw new CofferException("neither --add nor --remove was given", ExitStatus.Usage, "coffer rewrap --help shows what can be changed");
        var images = location is null ? await _list.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false) : [];

        using var recipients = add.Count == 0 ? null : await RecipientSet.ResolveAsync(add, cancellationToken).ConfigureAwait(false);
        var needsKey = add.Count > 0 || remove.Any(r => r.NeedsKey);
        using var keys = needsKey ? await _keys.ReadAsync(parsed, session, reporter, cancellationToken).ConfigureAwait(false) : null;
        var order = new RewrapOrder(keys, recipients, remove)
        {
            RemoveSignatures = parsed.GetValue(_removeSignatures), DeleteOld = parsed.GetValue(_deleteOld), Retries = _image.Shared.RetryTimes(parsed), SkipsDone = location is null,
        };
        var registry = _image.Registry.Read(parsed, _image.Shared, reporter);
        if (location is null)
        {
            var list = new RewrapList(order, registry, _list.Parallel(parsed), _list.IsDryRun(parsed));
            return await ImageListFlags.RunAsync(list, images, session, _image.Shared.Json(parsed), _image.Shared.Quiet(parsed), cancellationToken).ConfigureAwait(false);
        }

        var source = await location.OpenSourceAsync(registry, cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var read = await ImageRewrap.ReadAsync(order, source, cancellationToken).ConfigureAwait(false);
        var result = await ImageRewrap.RunAsync(
            order, source, read, destination is null ? null : token => destination.OpenSinkAsync(_destinationFlags.Read(parsed, _image.Shared, reporter), token), reporter, cancellationToken).ConfigureAwait(false);
        reporter.Dispose();
        if (result.WasSigned) Signatures.Tell(result.Transfer.Root.Digest, reporter);
        if (parsed.GetValue(_digestFile) is { } file) DigestFile.Write(file, result.Transfer.Root.Digest);
        WarnOfRemaining(result.Remaining, location.Transport == "docker", order.DeleteOld, reporter);
        Print(parsed, session, result, (destination ?? location).Text);
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

    private static void WarnOfRemaining(IReadOnlyList<Digest> remaining, bool inRegistry, bool delete, Reporter reporter)
    {
        var remedy = delete ? ""
            : inRegistry ? "; --delete-old would have deleted it, and so every other tag that names it, but no layer"
            : "; another entry of the layout names it";
        foreach (var digest in remaining)
        {
            reporter.Warn($"the replaced manifest {digest} is still there and still opens for the old recipients{remedy}");
        }
    }

    private void Print(ParseResult parsed, Session session, RewrapResult result, string destination)
    {
        if (_image.Shared.Json(parsed))
        {
            TransferJson.Write(session.Output, result.Transfer, destination, json =>
            {
                json.WriteStartArray("remaining");
                foreach (var digest in result.Remaining) json.WriteStringValue(digest.ToString());
                json.WriteEndArray();
            });
        }
        else if (!_image.Shared.Quiet(parsed))
        {
            TransferText.Write(session.Output, result.Transfer, destination, "rewrapped");
        }
    }
}
