using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Resources;

/// <summary>Which resources a list is asked for.</summary>
/// <param name="Prefix">Only paths that begin so; empty for all.</param>
/// <param name="Labels">All of them: <c>NAME=VALUE</c>, or <c>NAME</c> for any value.</param>
/// <param name="ExpiresBefore">Only those of which the resource or the current version expires before; null for all.</param>
internal sealed record ResourceSearch(string Prefix, IReadOnlyList<string> Labels, DateTimeOffset? ExpiresBefore)
{
    /// <summary>Everything.</summary>
    public static ResourceSearch All { get; } = new("", [], null);

    /// <summary>Only paths that it says yes to; null for all.</summary>
    public Func<ResourcePath, bool>? Reaches { get; init; }

    /// <summary>Whether it is one of them; the prefix was looked at already.</summary>
    public bool Finds(ResourceHead head) =>
        Reaches?.Invoke(head.Path) != false
        && (ExpiresBefore is not { } before || head.Expires < before || head.Newest.Expires < before)
        && Labels.All(l => head.Labels.Any(had => had == l || !l.Contains('=', StringComparison.Ordinal) && HostLabel.NameOf(had) == l));
}
