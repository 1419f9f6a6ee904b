using System.Text.Json.Nodes;
using Coffer.KeyBroker.Namespaces;

namespace Coffer.KeyBroker.Hosts;

/// <summary>
/// Labels of hosts: <c>NAME=VALUE</c>, or <c>NAME</c> alone, which means the value <c>true</c>. A host has each name once. Policies see
/// them as an object.
/// </summary>
internal static class HostLabel
{
    /// <summary>The longest label, in characters.</summary>
    public const int MostCharacters = 128;

    /// <summary>The name of the label that says whose a host is: <c>namespace=PREFIX</c>.</summary>
    public const string Namespace = "namespace";

    /// <summary>The prefix that the label of that name gives; null where there is none.</summary>
    public static string? NamespaceOf(IReadOnlyList<string> labels) =>
        labels.FirstOrDefault(l => NameOf(l) == Namespace) is { } label && NamespacePrefix.TryParse(label[Math.Min(label.Length, Namespace.Length + 1)..]) is { } prefix ? prefix : null;

    public static bool IsOne(string label) => label.Length <= MostCharacters && NameOf(label) is { Length: > 0 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');

    public static string NameOf(string label) => label.Split('=', 2)[0];

    /// <summary>Both, in ordinal order; where a name stands in both, the newer label stays.</summary>
    public static IReadOnlyList<string> Merge(IReadOnlyList<string> labels, IReadOnlyList<string> newer) =>
        [.. newer.Concat(labels).DistinctBy(NameOf).Order(StringComparer.Ordinal)];

    /// <summary>As policies see them.</summary>
    public static JsonObject Claim(IEnumerable<string> labels)
    {
        var claim = new JsonObject();
        foreach (var label in labels) claim[NameOf(label)] = label.Contains('=', StringComparison.Ordinal) ? label[(NameOf(label).Length + 1)..] : "true";
        return claim;
    }
}
