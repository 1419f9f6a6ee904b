using Coffer.KeyBroker.Resources;
using Coffer.Oci;

namespace Coffer.KeyBroker.Namespaces;

/// <summary>
/// Where a namespace begins: one segment of paths, or two. Without dots, since a namespace's policies are told by the prefix with dots for slashes, and
/// one's must not be another's.
/// </summary>
internal static class NamespacePrefix
{
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none.</exception>
    public static string Parse(string text) =>
        TryParse(text) ?? throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(text, 64)}' is no prefix of a namespace", "one segment or two, of letters, digits, '-' and '_', such as team-a or team-a/db");

    /// <summary>The prefix; null where it is none.</summary>
    public static string? TryParse(string text)
    {
        var segments = text.Split('/');
        return segments.Length <= 2 && segments.All(s => s.Length is > 0 and <= ResourcePath.MostSegment && s.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) ? text : null;
    }

    /// <summary>A namespace's own prefix, and that of the one around it.</summary>
    public static IReadOnlyList<string> Around(string prefix) => prefix.IndexOf('/', StringComparison.Ordinal) is > 0 and var at ? [prefix[..at], prefix] : [prefix];

    /// <summary>The prefixes that a path stands below.</summary>
    public static IReadOnlyList<string> Of(ResourcePath path) => [path.Repository, $"{path.Repository}/{path.Type}"];

    /// <summary>The prefixes whose owners own the policy of that name.</summary>
    public static IReadOnlyList<string> OfPolicy(string name)
    {
        var parts = name.Split('.');
        return parts.Length switch { 1 => [], 2 => [parts[0]], _ => [parts[0], $"{parts[0]}/{parts[1]}"] };
    }

    /// <summary>What the names of its policies begin with.</summary>
    public static string PoliciesOf(string prefix) => prefix.Replace('/', '.') + '.';
}
