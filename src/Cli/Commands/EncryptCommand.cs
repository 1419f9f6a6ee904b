using System.CommandLine;
using System.Globalization;
using Coffer.Cli.CommandLine;
using Coffer.ImageCrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Inspect;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer encrypt</c>.</summary>
internal sealed class EncryptCommand : Verb
{
    private readonly Option<string[]> _recipients = new("--encryption-key", "-e")
    {
        Description = "who can open the layers: jwe:FILE, pkcs7:FILE, pgp:USER, pkcs11:FILE or provider:NAME[:PARAMETERS]; can be given several times",
        HelpName = "SCHEME:RECIPIENT",
    };

    private readonly Option<string[]> _layers = new("--encrypt-layer")
    {
        Description = "encrypt only these layers: 0 is the base, -1 the last; can be given several times or with commas",
        HelpName = "N[,N...]",
    };

    private readonly Option<bool> _skipEncrypted = new("--skip-encrypted") { Description = "leave layers that are encrypted already as they are, rather than refuse" };
    private readonly Option<bool> _strict = new("--strict") { Description = "refuse an image whose config seems to hold secrets, which stay in the clear" };
    private readonly TwoImages _images;

    public EncryptCommand(Session session)
        : base(
            "encrypt", "Encrypt an image's layers for recipients. Manifest, config, history, labels, sizes and diff IDs stay readable: coffer inspect says which.",
            "coffer encrypt -e jwe:pub.pem oci:image:tag oci:enc:tag",
            "coffer encrypt -e jwe:pub.pem -e pkcs7:cert.pem --all docker://registry.example/app:1 docker://registry.example/app:1-enc",
            "coffer encrypt -e pgp:ops@example.org --encrypt-layer -1 oci:image:tag oci-archive:image.tar:tag")
    {
        Add(_recipients);
        Add(_layers);
        Add(_skipEncrypted);
        Add(_strict);
        _images = new TwoImages(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_images.Quiet(parsed));
        _images.Locations(parsed);
        var specs = (parsed.GetValue(_recipients) ?? []).Select(RecipientSpec.Parse).ToList();
        var layers = Positions(parsed.GetValue(_layers) ?? []);
        using var recipients = await RecipientSet.ResolveAsync(specs, cancellationToken).ConfigureAwait(false);
        var transform = new EncryptTransform(recipients, layers, parsed.GetValue(_skipEncrypted));
        return await _images.RunAsync(parsed, session, reporter, "encrypted", transform, CheckAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask CheckAsync(IImageSource source, ImageTree tree)
        {
            RequireSomething(source, tree, parsed.GetValue(_skipEncrypted));
            if (parsed.GetValue(_strict)) await ConfigSecrets.RefuseAsync(source, tree, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IReadOnlyList<int>? Positions(string[] texts)
    {
        if (texts.Length == 0) return null;
        return [.. texts.SelectMany(t => t.Split(',')).Select(t =>
            int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var position)
                ? position
                : throw new CofferException($"--encrypt-layer '{Printable.Of(t)}' is no layer's number", ExitStatus.Usage, "layers count from 0 at the base; -1 is the last"))];
    }

    private static void RequireSomething(IImageSource source, ImageTree tree, bool skipEncrypted)
    {
        var layers = tree.Manifests.SelectMany(m => m.Manifest.Layers).ToList();
        if (layers.Any(l => EncryptableTypes.Includes(l.MediaType))) return;
        var encrypted = layers.Count(l => EncAnnotations.IsEncrypted(l.MediaType));
        // A refusal of encrypted layers comes from the plan, which names the layer.
        if (encrypted > 0 && !skipEncrypted) return;
        throw new CofferException(
            encrypted > 0 ? $"{Printable.Of(source.Location)} has no layer left to encrypt: {encrypted} are encrypted already" : $"{Printable.Of(source.Location)} has no layer that the format can encrypt",
            ExitStatus.Failed,
            encrypted > 0 ? "to add recipients: coffer rewrap -d KEY --add SPEC IMAGE" : "tar layers can be encrypted, plain, gzip or zstd; coffer inspect lists the layers");
    }
}
