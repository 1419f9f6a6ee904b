namespace Coffer.KeyBroker.Resources;

/// <summary>
/// A pattern of resource paths. <c>*</c> stands for any characters within a segment and <c>?</c> for one; a segment <c>**</c> stands for
/// any number of segments. Since paths have three segments, a shorter pattern whose last segment is <c>*</c> means everything below.
/// </summary>
public sealed class Glob
{
    private const int Segments = 3;
    private readonly string[] _segments;

    private Glob(string text, string[] segments) => (Text, _segments) = (text, segments);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It is none, or no path can match it; the message says why.</exception>
    public static Glob Parse(string text)
    {
        if (text.Length is 0 or > (Segments * ResourcePath.MostSegment) + Segments) throw new FormatException("is empty or too long");
        var segments = text.Split('/');
        foreach (var segment in segments)
        {
            if (segment.Length == 0) throw new FormatException("has an empty segment");
            if (segment != "**" && segment.Contains("**", StringComparison.Ordinal)) throw new FormatException("has '**' beside other characters of a segment");
            if (segment.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '*' or '?'))) throw new FormatException("has a character that no resource path has");
        }
        if (segments.Length < Segments && segments[^1] == "*") segments[^1] = "**";
        var across = segments.Count(s => s == "**");
        if (segments.Length - across > Segments) throw new FormatException($"has more than {Segments} segments, and a resource path has {Segments}");
        if (across == 0 && segments.Length < Segments) throw new FormatException($"has fewer than {Segments} segments, and a resource path has {Segments}: end it with '/**'");
        if (across > Segments) throw new FormatException($"has '**' more than {Segments} times");
        return new Glob(text, segments);
    }

    /// <summary>Whether it covers the path.</summary>
    public bool Matches(ResourcePath path) => Matches(_segments, [path.Repository, path.Type, path.Tag]);

    /// <summary>The fixed segments before a closing <c>**</c>, none for <c>**</c> itself; null where it is anything else than a whole prefix.</summary>
    internal IReadOnlyList<string>? Prefix => _segments[^1] == "**" && _segments[..^1] is var fixedOnes && fixedOnes.All(s => !IsWild(s)) ? fixedOnes : null;

    /// <summary>The fixed segments that it begins with, with slashes between them; empty for none.</summary>
    internal string Place => string.Join('/', _segments.TakeWhile(s => !IsWild(s)));

    /// <summary>Whether it certainly covers every path that the other one covers.</summary>
    internal bool Covers(Glob other) => Covers(_segments, other._segments);

    /// <summary>Whether there may be a path that both cover.</summary>
    internal bool MayMeet(Glob other) => MayMeet(_segments, other._segments);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool Covers(ReadOnlySpan<string> globs, ReadOnlySpan<string> others)
    {
        if (globs.IsEmpty) return others.IsEmpty;
        if (globs[0] == "**") return globs.Length == 1 || Covers(globs[1..], others) || (!others.IsEmpty && Covers(globs, others[1..]));
        if (others.IsEmpty || others[0] == "**") return false;
        return (globs[0] == "*" || globs[0] == others[0] || (!IsWild(others[0]) && MatchesSegment(globs[0], others[0]))) && Covers(globs[1..], others[1..]);
    }

    private static bool MayMeet(ReadOnlySpan<string> globs, ReadOnlySpan<string> others)
    {
        if (globs.IsEmpty || others.IsEmpty) return globs.IsEmpty == others.IsEmpty || (globs.IsEmpty ? others : globs) is ["**"];
        if (globs[0] == "**" || others[0] == "**") return true;
        var meets = (IsWild(globs[0]), IsWild(others[0])) switch
        {
            (true, true) => true,
            (true, false) => MatchesSegment(globs[0], others[0]),
            _ => MatchesSegment(others[0], globs[0]),
        };
        return meets && MayMeet(globs[1..], others[1..]);
    }

    private static bool IsWild(string segment) => segment.AsSpan().IndexOfAny('*', '?') >= 0;

    private static bool Matches(ReadOnlySpan<string> globs, ReadOnlySpan<string> segments)
    {
        if (globs.IsEmpty) return segments.IsEmpty;
        if (globs[0] != "**") return !segments.IsEmpty && MatchesSegment(globs[0], segments[0]) && Matches(globs[1..], segments[1..]);
        for (var skipped = 0; skipped <= segments.Length; skipped++)
        {
            if (Matches(globs[1..], segments[skipped..])) return true;
        }
        return false;
    }

    // Only the last star is ever tried again, so the work is at most the product of the two lengths.
    private static bool MatchesSegment(ReadOnlySpan<char> glob, ReadOnlySpan<char> text)
    {
        int g = 0, t = 0, star = -1, from = 0;
        while (t < text.Length)
        {
            if (g < glob.Length && glob[g] == '*')
            {
                star = g++;
                from = t;
            }
            else if (g < glob.Length && (glob[g] == '?' || glob[g] == text[t]))
            {
                g++;
                t++;
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
        while (g < glob.Length && glob[g] == '*') g++;
        return g == glob.Length;
    }
}
