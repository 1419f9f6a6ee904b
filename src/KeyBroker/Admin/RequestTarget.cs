using Coffer.Oci;

namespace Coffer.KeyBroker.Admin;

/// <summary>
/// What a request asks for: the path's segments and the query's members, each decoded once and strictly, so that what is checked is
/// what is used.
/// </summary>
/// <param name="Segments">Below the root; none is empty, <c>.</c> or <c>..</c>, and none holds a slash or a control character.</param>
/// <param name="Query">No name stands twice.</param>
internal sealed record RequestTarget(IReadOnlyList<string> Segments, IReadOnlyDictionary<string, string> Query)
{
    private const int MostCharacters = 4096;
    private const int MostSegments = 16;
    private const int MostMembers = 16;

    /// <param name="raw">The request's target as it was sent, such as <c>/api/v1/hosts?state=pending</c>.</param>
    /// <param name="root">What it begins with, such as <c>/api/v1/</c>.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: not of that form.</exception>
    public static RequestTarget Parse(string raw, string root)
    {
        if (raw.Length > MostCharacters) throw Bad($"the request's target has more than {MostCharacters} characters");
        if (!raw.StartsWith(root, StringComparison.Ordinal)) throw Bad("the request's target is not a path of this API");
        var question = raw.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? raw[root.Length..] : raw[root.Length..question];
        var segments = path.Split('/');
        if (segments.Length > MostSegments) throw Bad($"the path has more than {MostSegments} segments");
        return new RequestTarget([.. segments.Select(Segment)], question < 0 ? new Dictionary<string, string>() : Members(raw[(question + 1)..]));
    }

    private static string Segment(string text)
    {
        var segment = Decode(text);
        if (segment is "" or "." or ".." || segment.Contains('/', StringComparison.Ordinal)) throw Bad("the path holds an empty segment, '.', '..' or an encoded slash");
        return segment;
    }

    private static Dictionary<string, string> Members(string query)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        var parts = query.Split('&', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > MostMembers) throw Bad($"the query has more than {MostMembers} members");
        foreach (var part in parts)
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? part : part[..equals]);
            if (!members.TryAdd(name, equals < 0 ? "" : Decode(part[(equals + 1)..]))) throw Bad($"'{Printable.Of(name, 64)}' stands twice in the query");
        }
        return members;
    }

    private static string Decode(string text)
    {
        var decoded = Uri.UnescapeDataString(text);
        foreach (var c in decoded)
        {
            if (char.IsControl(c) || c == '\uFFFD') throw Bad("the request's target holds a control character or what is not UTF-8");
        }
        // What was not an escape stays as it was written; a percent sign left over would read differently the next time.
        return HasBrokenEscape(text) ? throw Bad("the request's target holds a percent sign that begins no escape") : decoded;
    }

    private static bool HasBrokenEscape(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return true;
        }
        return false;
    }

    private static BrokerException Bad(string message) => new(BrokerFault.BadRequest, message);
}
