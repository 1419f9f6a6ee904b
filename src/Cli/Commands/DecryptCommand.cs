using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.ImageCrypt;
using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer decrypt</c>.</summary>
internal sealed class DecryptCommand : Verb
{
    private readonly KeyFlag _keys;
    private readonly Option<bool> _strict = new("--strict") { Description = "fail where a layer is not what its writer recorded, rather than warn" };
    private readonly Option<bool> _verifyDiffIds = new("--verify-diff-ids") { Description = "check every layer against the image config too, which takes decompressing it" };
    private readonly TwoImages _images;

    public DecryptCommand(Session session)
        : base(
            "decrypt", "Decrypt an image's layers. Nothing appears at the destination before every layer's MAC was checked.",
            "coffer decrypt -d priv.pem oci:enc:tag oci:dec:tag",
            "coffer decrypt -d priv.pem:file=password.txt docker://registry.example/app:1-enc oci:app:1",
            "coffer decrypt -d provider:kms --all oci:enc:tag oci:dec:tag")
    {
        _keys = new KeyFlag(this);
        Add(_strict);
        Add(_verifyDiffIds);
        _images = new TwoImages(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_images.Quiet(parsed));
        _images.Locations(parsed);
        using var keys = await _keys.ReadAsync(parsed, session, reporter, cancellationToken).ConfigureAwait(false);
        var transform = new DecryptTransform(keys, parsed.GetValue(_strict), parsed.GetValue(_verifyDiffIds));
        return await _images.RunAsync(parsed, session, reporter, "decrypted", transform, RequireEncrypted, cancellationToken).ConfigureAwait(false);
    }

    private static ValueTask RequireEncrypted(IImageSource source, ImageTree tree)
    {
        if (tree.Manifests.Any(m => m.Manifest.Layers.Any(l => EncAnnotations.IsEncrypted(l.MediaType)))) return ValueTask.CompletedTask;
        throw new CofferException($"{Printable.Of(source.Location)} has no encrypted layer: there is nothing to decrypt", ExitStatus.Failed, "coffer copy SRC DST moves it as it is");
    }
}
