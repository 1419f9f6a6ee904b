using System.Diagnostics.CodeAnalysis;

namespace Coffer.KeyBroker.Admin;

/// <summary>
/// A route's pattern taken apart: fixed words, <c>{name}</c> for one segment, and <c>{*path}</c> at the end for one or more.
/// </summary>
internal sealed class AdminPattern
{
    private readonly Part[] _parts;

    public AdminPattern(string pattern)
    {
        _parts = [.. pattern.Split('/').Select(Part.Of)];
        Rank = string.Concat(_parts.Select(p => p.Kind switch { PartKind.Word => '0', PartKind.One => '1', _ => '2' }));
    }

    /// <summary>Where several patterns match, the least in ordinal order is the most exact.</summary>
    public string Rank { get; }

    /// <param name="segments">Of the request's path below the root, decoded.</param>
    /// <param name="values">What stands in the braces.</param>
    public bool Matches(IReadOnlyList<string> segments, [NotNullWhen(true)] out Dictionary<string, string>? values)
    {
        values = null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < _parts.Length; i++)
        {
            if (i >= segments.Count) return false;
            switch (_parts[i])
            {
                case { Kind: PartKind.Word } part when part.Text != segments[i]:
                    return false;
                case { Kind: PartKind.One } part:
                    found[part.Text] = segments[i];
                    break;
                case { Kind: PartKind.Rest } part:
                    found[part.Text] = string.Join('/', segments.Skip(i));
                    values = found;
                    return true;
            }
        }
        if (segments.Count != _parts.Length) return false;
        values = found;
        return true;
    }

    private enum PartKind
    {
        Word,
        One,
        Rest,
    }

    private readonly record struct Part(PartKind Kind, string Text)
    {
        public static Part Of(string text) =>
            text.StartsWith("{*", StringComparison.Ordinal) ? new(PartKind.Rest, text[2..^1])
            : text.StartsWith('{') ? new(PartKind.One, text[1..^1])
            : new(PartKind.Word, text);
    }
}
