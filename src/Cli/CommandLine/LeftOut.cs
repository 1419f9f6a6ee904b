using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary>Says which instances of a multi-platform image were not taken.</summary>
internal static class LeftOut
{
    private const int MostNamed = 12;

    public static void Tell(ImageTree tree, Reporter reporter)
    {
        if (tree.LeftOut.Count == 0) return;
        var names = tree.LeftOut.Select(e => e.Platform is { } p ? Printable.Of(p.ToString(), 60) : Printable.Of(e.Digest.ToString()[..19])).Distinct().ToList();
        var more = names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "";
        reporter.Note($"left out of this multi-platform image: {string.Join(", ", names.Take(MostNamed))}{more} (--all takes every instance, --platform chooses)");
    }
}
