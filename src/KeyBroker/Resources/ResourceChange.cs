using System.Globalization;

namespace Coffer.KeyBroker.Resources;

/// <summary>What was changed about a resource, in words for the audit.</summary>
internal static class ResourceChange
{
    /// <summary>A new version.</summary>
    public static string Put(ResourceHead head, int? dropped) => string.Create(
        CultureInfo.InvariantCulture, $"version {head.Current}, {head.Newest.Bytes} bytes{(head.Newest.Expires is { } until ? $", until {Moments.Text(until)}" : "")}{(dropped is { } gone ? $"; version {gone} made room for it" : "")}");

    /// <summary>Labels, or a time.</summary>
    public static string Changed(IReadOnlyList<string>? labels, string? expires, int? version) => string.Join("; ", (string[])
    [
        .. labels is null ? (string[])[] : [labels.Count == 0 ? "no labels" : $"labels {string.Join(", ", labels)}"],
        .. expires is null ? (string[])[] : [string.Create(CultureInfo.InvariantCulture, $"{(version is { } number ? $"version {number} " : "")}expires {expires}")],
    ]);

    /// <summary>All of it, or one version.</summary>
    public static string Deleted(ResourceHead? whole, int? version) => whole is null
        ? string.Create(CultureInfo.InvariantCulture, $"version {version} removed")
        : string.Create(CultureInfo.InvariantCulture, $"removed, with {whole.Versions.Count} version{(whole.Versions.Count == 1 ? "" : "s")} of which {whole.Current} was current");
}
