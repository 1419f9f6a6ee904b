using System.Globalization;
using System.Text.RegularExpressions;
using Coffer.Oci;

namespace Coffer.Registry.Layout;

/// <summary>
/// <c>path[:ref]</c> as skopeo reads it: the first colon ends the path; <c>:@N</c> is the N-th entry of
/// <c>index.json</c>, from 0. Ours besides: <c>path@sha256:...</c>, a manifest by its digest (reading only).
/// </summary>
internal static partial class LayoutReference
{
    private const int NameLength = 256;

    public static (string Path, string? Reference) Split(string text, string rest)
    {
        var (path, reference) = SplitDigest(rest) ?? SplitName(rest);
        if (path.Length == 0) throw new CofferException($"'{Printable.Of(text)}' names no path", ExitStatus.Usage, "write transport:path or transport:path:ref");
        if (path.Contains('\0', StringComparison.Ordinal)) throw new CofferException("a path cannot have a zero byte in it", ExitStatus.Usage);
        if (reference is ['@', ..] && Index(reference) is null && DigestOf(reference) is null)
        {
            throw new CofferException($"'{Printable.Of(text)}': after '@' stands neither a position nor a digest", ExitStatus.Usage, "write path:@0 for the first image, or path@sha256:... for a digest");
        }
        return (path, reference);
    }

    /// <summary>The position in <c>index.json</c> that <c>@N</c> means; null for any other reference.</summary>
    public static int? Index(string? reference) =>
        reference is ['@', ..] && int.TryParse(reference.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>The digest that <c>@sha256:...</c> means; null for any other reference.</summary>
    public static Digest? DigestOf(string? reference) =>
        reference is ['@', ..] && Digest.TryParse(reference[1..], out var digest) ? digest : null;

    /// <summary>Refuses names that an entry cannot be written under.</summary>
    public static void CheckWritable(string text, string? reference)
    {
        if (reference is null) return;
        if (reference is ['@', ..])
        {
            throw new CofferException($"'{Printable.Of(text)}' cannot be written: a position or digest names what is already there", ExitStatus.Usage, "write path:ref with a name for the new image");
        }
        if (reference.Length > NameLength || !Name().IsMatch(reference))
        {
            throw new CofferException($"'{Printable.Of(reference)}' is not a name for an image in a layout", ExitStatus.Usage, "letters, digits and single - . _ : @ + / between them");
        }
    }

    private static (string, string?)? SplitDigest(string rest)
    {
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && !rest.AsSpan(0, at).Contains(':') && Digest.TryParse(rest[(at + 1)..], out _) ? (rest[..at], rest[at..]) : null;
    }

    private static (string, string?) SplitName(string rest)
    {
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (rest, null) : (rest[..colon], colon + 1 == rest.Length ? null : rest[(colon + 1)..]);
    }

    // The grammar of org.opencontainers.image.ref.name (image-spec 1.1, annotations.md).
    [GeneratedRegex(@"\A[A-Za-z0-9]+((--|[-._:@+])[A-Za-z0-9]+)*(/[A-Za-z0-9]+((--|[-._:@+])[A-Za-z0-9]+)*)*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
