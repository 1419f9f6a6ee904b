using System.Globalization;
using System.Text;
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
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        try
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%') length += Utf8.GetBytes(text, i, char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1, bytes, length);
                else if (i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length])) length++;
                else throw Bad("the request's target holds a percent sign that begins no escape");
                i += text[i] == '%' ? 2 : char.IsHighSurrogate(text[i]) ? 1 : 0;
            }
            var decoded = Utf8.GetString(bytes, 0, length);
            return decoded.Any(char.IsControl) ? throw Bad("the request's target holds a control character") : decoded;
        }
        catch (ArgumentException e)
        {
            throw new BrokerException(BrokerFault.BadRequest, "the request's target is not UTF-8", inner: e);
        }
    }

    private static BrokerException Bad(string message) => new(BrokerFault.BadRequest, message);
}
