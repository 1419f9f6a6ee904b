using System.Globalization;
using Coffer.Oci;

namespace Coffer.Attestation.Protocol;

/// <summary>
/// Names a resource: <c>kbs://[host[:port]]/repository/type/tag[?version=N]</c>. Each of the three is a letter, digit, <c>-</c> or <c>_</c>,
/// then those and dots, at most 128 characters. Nothing here resolves or trusts the host.
/// </summary>
/// <param name="Host">The host, with its port where there is one; null where the URI has none, which means the configured broker.</param>
/// <param name="Repository">The first segment.</param>
/// <param name="Type">The second segment.</param>
/// <param name="Tag">The third segment.</param>
public sealed record KbsResourceUri(string? Host, string Repository, string Type, string Tag)
{
    private const int MostSegmentCharacters = 128, MostHostCharacters = 261, MostVersionDigits = 6;
    private const string VersionMember = "version=";

    /// <summary>The version that is meant, 1 to 999999; null for the one that the broker takes the path alone for.</summary>
    public int? Version { get; init; }

    /// <summary>The three segments joined by slashes.</summary>
    public string Path => $"{Repository}/{Type}/{Tag}";

    /// <summary>The path, and behind a question mark the version where there is one: as a request asks for it.</summary>
    public string PathAndVersion => Version is { } version ? string.Create(CultureInfo.InvariantCulture, $"{Path}?{VersionMember}{version}") : Path;

    /// <summary>Reads a URI; <c>kbs+resource://</c> means the same as <c>kbs://</c>.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>; <see cref="AttestationFault.Unsupported"/>: of another plugin.</exception>
    public static KbsResourceUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) throw Malformed(text, "it does not begin with kbs://");
        var name = text[..scheme];
        if (name is not ("kbs" or "kbs+resource"))
        {
            throw name.StartsWith("kbs+", StringComparison.Ordinal)
                ? new AttestationException(AttestationFault.Unsupported, $"'{Printable.Of(text)}' names another plugin than 'resource'")
                : Malformed(text, "it does not begin with kbs://");
        }
        var rest = text[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) throw Malformed(text, "it has no path");
        var host = rest[..slash];
        if (host.Length > MostHostCharacters || !host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']'))
            throw Malformed(text, "its host is not one");
        var path = rest[(slash + 1)..];
        var question = path.IndexOf('?', StringComparison.Ordinal);
        var version = question < 0 ? (int?)null : TryVersion(path[(question + 1)..]) ?? throw Malformed(text, "behind its question mark stands something else than version=N");
        return FromPath(question < 0 ? path : path[..question]) with { Host = host.Length == 0 ? null : host, Version = version };
    }

    /// <summary>A version's number as it is written in a query, or null where it is none.</summary>
    public static int? TryNumber(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= MostVersionDigits && text[0] != '0' && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Reads the path alone, <c>repository/type/tag</c>.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static KbsResourceUri FromPath(string path) => TryFromPath(path) ?? throw Malformed(path, "its path is not repository/type/tag of letters, digits, '-', '_' and, not in front, '.'");

    /// <summary>Reads the path alone, or null where it is none.</summary>
    public static KbsResourceUri? TryFromPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length > 3 * (MostSegmentCharacters + 1)) return null;
        var segments = path.Split('/');
        return segments.Length == 3 && Array.TrueForAll(segments, IsSegment) ? new KbsResourceUri(null, segments[0], segments[1], segments[2]) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"kbs://{Host}/{PathAndVersion}";

    // A request carries what stands here: an image must not choose anything else of it.
    private static int? TryVersion(string query) => query.StartsWith(VersionMember, StringComparison.Ordinal) ? TryNumber(query[VersionMember.Length..]) : null;

    private static bool IsSegment(string text) =>
        text.Length is > 0 and <= MostSegmentCharacters && text[0] != '.' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static AttestationException Malformed(string text, string why) =>
        new(AttestationFault.Malformed, $"'{Printable.Of(text)}' is no resource: {why}", "a resource is written kbs:///repository/type/tag, and a version of it kbs:///repository/type/tag?version=N");
}
