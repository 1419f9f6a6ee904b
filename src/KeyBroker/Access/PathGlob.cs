namespace Coffer.KeyBroker.Access;

/// <summary>
/// Globs over resource paths in access tokens: <c>*</c> and <c>?</c> stand for characters within a segment, a segment <c>**</c> for any
/// number of segments, none included. A last segment <c>*</c> counts as <c>**</c> in the form <see cref="Normalize"/> gives, since a
/// credential for <c>default/*</c> is meant for everything below <c>default</c>.
/// </summary>
internal static class PathGlob
{
    /// <summary>The longest glob, in characters.</summary>
    public const int MostCharacters = 256;

    private const int MostSegments = 8;

    /// <summary>The glob as it is kept: a last <c>/*</c> becomes <c>/**</c>, a sole <c>*</c> becomes <c>**</c>.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none.</exception>
    public static string Normalize(string glob)
    {
        var segments = glob.Split('/');
        if (glob.Length > MostCharacters || segments.Length > MostSegments || segments.Any(s => !IsSegment(s)))
        {
            throw new BrokerException(
                BrokerFault.BadRequest, $"'{Oci.Printable.Of(glob, 64)}' is no path glob", "such as 'default/*' for everything below, or 'default/image-kek/team-?'");
        }
        if (segments[^1] == "*") segments[^1] = "**";
        return string.Join('/', segments);
    }

    /// <param name="glob">In its normal form.</param>
    /// <param name="path">Such as <c>default/image-kek/x</c>.</param>
    public static bool Covers(string glob, string path) => Covers(glob.Split('/'), path.Split('/'));

    private static bool Covers(ReadOnlySpan<string> globs, ReadOnlySpan<string> segments)
    {
        if (globs.IsEmpty) return segments.IsEmpty;
        if (globs[0] != "**") return !segments.IsEmpty && CoversSegment(globs[0], segments[0]) && Covers(globs[1..], segments[1..]);
        for (var skipped = 0; skipped <= segments.Length; skipped++)
        {
            if (Covers(globs[1..], segments[skipped..])) return true;
        }
        return false;
    }

    // Goes back only to the last star, so that many stars cost no more than length times length.
    private static bool CoversSegment(ReadOnlySpan<char> glob, ReadOnlySpan<char> text)
    {
        int g = 0, t = 0, star = -1, from = 0;
        while (t < text.Length)
        {
            if (g < glob.Length && (glob[g] == '?' || (glob[g] != '*' && glob[g] == text[t])))
            {
                g++;
                t++;
            }
            else if (g < glob.Length && glob[g] == '*')
            {
                star = g++;
                from = t;
            }
            else if (star >= 0)
            {
                g = star + 1;
                t = ++from;
            }
            else
            {
                return false;
            }
        }
        return glob[g..].Trim('*').IsEmpty;
    }

    private static bool IsSegment(string segment) =>
        segment is not ("" or "." or "..") && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '*' or '?')
        && (segment == "**" || !segment.Contains("**", StringComparison.Ordinal));
}
