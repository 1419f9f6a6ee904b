using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.ImageCrypt.Inspect;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer inspect</c>.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly OneImage _image;

    public InspectCommand(Session session)
        : base(
            "inspect", "Show an image's platforms and layers: which are encrypted, for whom, and what stays in the clear. Needs no key and reads no layer.",
            "coffer inspect oci:enc:tag",
            "coffer inspect --json docker://registry.example/app:1-enc",
            "coffer inspect --platform linux/arm64 oci:enc:tag")
    {
        _image = new OneImage(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_image.Shared.Quiet(parsed));
        var instances = _image.Instances(parsed);
        var source = await _image.OpenAsync(parsed, reporter, cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var tree = await ImageTree.ReadAsync(source, instances, cancellationToken).ConfigureAwait(false);
        var report = await ImageInspector.InspectAsync(source, tree, cancellationToken).ConfigureAwait(false);
        if (_image.Shared.Json(parsed)) InspectJson.Write(session.Output, report);
        else InspectText.Write(session.Output, report);
        return (int)ExitStatus.Done;
    }
}
