using System.CommandLine;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.Rewrapping;

/// <summary>The flags by which a verb takes a list of images.</summary>
internal sealed class ImageListFlags
{
    private const int UsualParallel = 4, MostParallel = 16;

    private readonly Option<string?> _images = new("--images") { Description = "change the images that FILE names, one a line, where they are; - for standard input", HelpName = "FILE" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "with --images: say which layers of which image would change to which key version, and whether they open, and change nothing" };
    private readonly Option<int> _parallel = new("--parallel") { Description = $"with --images: so many images at once, at most {MostParallel}", HelpName = "N", DefaultValueFactory = _ => UsualParallel };

    public ImageListFlags(Command command)
    {
        foreach (var option in (Option[])[_images, _dryRun, _parallel]) command.Add(option);
    }

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_images) is not null;

    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(_dryRun);

    public int Parallel(ParseResult parsed) => parsed.GetValue(_parallel);

    /// <exception cref="CofferException">The flags contradict each other or the arguments.</exception>
    public void Check(ParseResult parsed, bool imageIsGiven, bool digestFileIsGiven)
    {
        if (!IsGiven(parsed))
        {
            if (IsDryRun(parsed)) throw new CofferException("--dry-run goes with --images", ExitStatus.Usage, "a list of one image is a list: echo IMAGE | coffer rewrap --images - --dry-run ...");
            return;
        }
        if (imageIsGiven) throw new CofferException("both an image and --images were given", ExitStatus.Usage, "give one of them; the images of a list are changed where they are");
        if (digestFileIsGiven) throw new CofferException("--digestfile is for one image", ExitStatus.Usage, "with --images the digests stand in the lines, and with --json in the objects");
        if (Parallel(parsed) is < 1 or > MostParallel) throw new CofferException($"--parallel takes a number from 1 to {MostParallel}", ExitStatus.Usage);
    }

    /// <summary>Reads the list.</summary>
    /// <exception cref="CofferException">What <see cref="ImageNames.ReadAsync"/> throws.</exception>
    public Task<IReadOnlyList<ImageLocation>> ReadAsync(ParseResult parsed, Session session, CancellationToken cancellationToken) => ImageNames.ReadAsync(parsed.GetValue(_images)!, session, cancellationToken);

    /// <summary>Works through the list, a line an image: those that failed on stderr, the others on stdout; as JSON all on stdout.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(RewrapList list, IReadOnlyList<ImageLocation> images, Session session, bool json, bool quiet, CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failed = await list.RunAsync(images, line =>
        {
            counts[line.Status] = counts.GetValueOrDefault(line.Status) + 1;
            if (json) session.Output.WriteLine(line.ToJson());
            else if (line.Status == RewrapLine.Failed) session.Error.WriteLine($"coffer: {line}");
            else if (!quiet) session.Output.WriteLine(line);
            session.Output.Flush();
            session.Error.Flush();
        }, cancellationToken).ConfigureAwait(false);
        if (!quiet) session.Error.WriteLine($"coffer: {images.Count} images: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}");
        return (int)(failed > 0 ? ExitStatus.Failed : ExitStatus.Done);
    }
}
