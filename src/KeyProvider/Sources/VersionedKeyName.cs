using System.Globalization;

namespace Coffer.KeyProvider.Sources;

/// <summary>One version of a key that is ours: written into packets as <c>SCHEME:///ID/VERSION</c>.</summary>
/// <param name="Id">1 to 128 of <c>A-Z a-z 0-9 . _ -</c>, not beginning with a dot.</param>
/// <param name="Version">From 1 to 999,999,999; the highest wraps.</param>
public sealed record VersionedKeyName(string Id, int Version)
{
    private const int MostIdCharacters = 128;
    private const int MostVersionDigits = 9;

    /// <summary>Whether a text may be a key's id.</summary>
    public static bool IsId(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MostIdCharacters || text[0] == '.') return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
        }
        return true;
    }

    /// <summary>A version as it is written: digits without a leading zero; null for anything else.</summary>
    public static int? ParseVersion(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MostVersionDigits && text[0] != '0' && !text.ContainsAnyExceptInRange('0', '9') // the parser would pass over trailing nulls
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    /// <summary>Reads <c>ID</c>, the separator and <c>VERSION</c>, and nothing else; null where it is not that.</summary>
    public static VersionedKeyName? Parse(ReadOnlySpan<char> text, char separator)
    {
        var cut = text.LastIndexOf(separator);
        return cut > 0 && IsId(text[..cut]) && ParseVersion(text[(cut + 1)..]) is { } version ? new VersionedKeyName(text[..cut].ToString(), version) : null;
    }

    /// <summary>Reads what <see cref="ToUri"/> wrote; null for any other text.</summary>
    public static VersionedKeyName? ParseUri(string text, string scheme)
    {
        var start = $"{scheme}:///";
        return text.StartsWith(start, StringComparison.Ordinal) ? Parse(text.AsSpan(start.Length), '/') : null;
    }

    /// <summary>As a packet's <c>kid</c>.</summary>
    public string ToUri(string scheme) => string.Create(CultureInfo.InvariantCulture, $"{scheme}:///{Id}/{Version}");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}/{Version}");
}
