using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.ImageCrypt.Transfer;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer copy</c>.</summary>
internal sealed class CopyCommand : Verb
{
    private readonly TwoImages _images;

    public CopyCommand(Session session)
        : base(
            "copy", "Copy an image as it is, encrypted layers included; every byte is checked against its digest.",
            "coffer copy docker://registry.example/app:1 oci:app:1",
            "coffer copy --all oci:app:1 oci-archive:app.tar:1")
    {
        _images = new TwoImages(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_images.Quiet(parsed));
        return await _images.RunAsync(parsed, session, reporter, "copied", new CopyTransform(), (_, _) => ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
    }
}
