using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary>A resource as people name it.</summary>
internal static class ResourceArgument
{
    /// <summary>What the argument is.</summary>
    public const string Description = "REPOSITORY/TYPE/TAG, or kbs:///REPOSITORY/TYPE/TAG";

    private const string Scheme = "kbs:///";

    /// <summary>The path below the API's root, of <c>a/b/c</c> or <c>kbs:///a/b/c</c>.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="root">Below which route.</param>
    public static string PathOf(string text, string root = "resources") => $"{root}/{string.Join('/', Path(text).Split('/').Select(BrokerApi.Segment))}";

    /// <summary><c>a/b/c</c>, without the scheme where it has one.</summary>
    public static string Path(string text) => text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..] : text;
}
