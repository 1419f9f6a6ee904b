using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.ImageCrypt.Trees;
using Coffer.ImageCrypt.Verify;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer verify</c>.</summary>
internal sealed class VerifyCommand : Verb
{
    private readonly KeyFlag _keys;
    private readonly OneImage _image;

    public VerifyCommand(Session session)
        : base(
            "verify", "Prove that a key opens an image: decrypt every layer to nowhere and check MACs, digests and diff IDs.",
            "coffer verify -d priv.pem oci:enc:tag",
            "coffer verify -d priv.pem:file=password.txt --json docker://registry.example/app:1-enc")
    {
        _keys = new KeyFlag(this);
        _image = new OneImage(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var reporter = session.Report(_image.Shared.Quiet(parsed));
        var location = _image.Location(parsed);
        var instances = _image.Instances(parsed);
        using var keys = await _keys.ReadAsync(parsed, session, reporter, cancellationToken).ConfigureAwait(false);
        var source = await _image.OpenAsync(parsed, reporter, cancellationToken).ConfigureAwait(false);
        await using var _ = source.ConfigureAwait(false);
        var tree = await ImageTree.ReadAsync(source, instances, cancellationToken).ConfigureAwait(false);
        LeftOut.Tell(tree, reporter);
        var verifier = new ImageVerifier(source, keys, reporter) { Retries = _image.Shared.RetryTimes(parsed) };
        var verdicts = await verifier.VerifyAsync(tree, cancellationToken).ConfigureAwait(false);
        reporter.Dispose();
        if (_image.Shared.Json(parsed)) VerdictOutput.WriteJson(session.Output, location.Text, tree.Root.Content.Digest, verdicts);
        else if (!_image.Shared.Quiet(parsed)) VerdictOutput.WriteText(session.Output, location.Text, tree.Root.Content.Digest, verdicts);
        if (verdicts.Any(v => v.Trouble is not null)) throw new VerificationFailedException(location.Text, verdicts);
        return (int)ExitStatus.Done;
    }
}

/// <summary>Layers that do not hold. An integrity failure outweighs a missing key, and that any other failure.</summary>
internal sealed class VerificationFailedException : CofferException
{
    private const int MostDetails = 100;

    public VerificationFailedException(string image, IReadOnlyList<LayerVerdict> verdicts)
        : base(Say(image, verdicts), Worst(verdicts), verdicts.Select(v => v.Trouble?.Hint).FirstOrDefault(h => h is not null))
    {
        Details = [.. verdicts
            .Where(v => v.Trouble is not null)
            .SelectMany(v => v.Trouble!.Details.Prepend(v.Trouble.Message))
            .Distinct().Take(MostDetails)];
    }

    public override IReadOnlyList<string> Details { get; }

    private static string Say(string image, IReadOnlyList<LayerVerdict> verdicts) =>
        $"{Printable.Of(image)}: {verdicts.Count(v => v.Trouble is not null)} of {verdicts.Count} layers did not pass";

    private static ExitStatus Worst(IReadOnlyList<LayerVerdict> verdicts)
    {
        var found = verdicts.Where(v => v.Trouble is not null).Select(v => v.Trouble!.ExitStatus).ToHashSet();
        foreach (var status in (ExitStatus[])[ExitStatus.Integrity, ExitStatus.NoUsableKey, ExitStatus.Denied, ExitStatus.Unreachable])
        {
            if (found.Contains(status)) return status;
        }
        return ExitStatus.Failed;
    }
}
