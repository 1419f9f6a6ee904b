using Coffer.Oci;

namespace Coffer.KeyBroker.Resources;

/// <summary>
/// Where a resource stands: <c>REPOSITORY/TYPE/TAG</c>, each a letter, digit, dash or underscore followed by those and dots, as the key
/// broker service of Confidential Containers has it; here at most 128 characters each.
/// </summary>
public sealed record ResourcePath
{
    /// <summary>The longest segment, in characters.</summary>
    public const int MostSegment = 128;

    private ResourcePath(string repository, string type, string tag) => (Repository, Type, Tag) = (repository, type, tag);

    /// <summary>The first segment.</summary>
    public string Repository { get; }

    /// <summary>The second.</summary>
    public string Type { get; }

    /// <summary>The third.</summary>
    public string Tag { get; }

    /// <summary>Reads a path.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none.</exception>
    public static ResourcePath Parse(string text) => TryParse(text) ?? throw new BrokerException(
        BrokerFault.BadRequest, $"'{Printable.Of(text, 64)}' is no resource path", "REPOSITORY/TYPE/TAG, each of letters, digits, '-', '_' and, but for the first character, '.'");

    /// <summary>Null where the text is no path.</summary>
    public static ResourcePath? TryParse(string text)
    {
        if (text.Length > (3 * MostSegment) + 2) return null;
        var parts = text.Split('/');
        return parts.Length == 3 && parts.All(IsSegment) ? new ResourcePath(parts[0], parts[1], parts[2]) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Repository}/{Type}/{Tag}";

    // The published pattern is [a-zA-Z0-9_-]+[a-zA-Z0-9_.-]*.
    private static bool IsSegment(string text) => text.Length is > 0 and <= MostSegment && text[0] != '.' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
