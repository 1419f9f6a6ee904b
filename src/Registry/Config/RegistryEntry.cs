using Coffer.Registry.Remote;

namespace Coffer.Registry.Config;

/// <summary>One <c>[[registry]]</c> table. <paramref name="Location"/> is empty where a wildcard prefix names none.</summary>
internal sealed record RegistryEntry(string File, string Prefix, string Location, bool Insecure, bool Blocked, bool MirrorByDigestOnly, IReadOnlyList<RegistryMirror> Mirrors)
{
    public bool IsWildcard => Prefix.StartsWith("*.", StringComparison.Ordinal);

    /// <summary>True where the prefix is the whole name or ends at a boundary of it; a wildcard matches hosts below its domain.</summary>
    public bool Matches(ImageReference reference)
    {
        if (IsWildcard) return reference.Host.EndsWith(Prefix[1..], StringComparison.OrdinalIgnoreCase);
        var text = reference.ToString();
        return text.StartsWith(Prefix, StringComparison.Ordinal) && (text.Length == Prefix.Length || text[Prefix.Length] is '/' or ':' or '@')
            && Prefix.Length >= reference.Host.Length;
    }
}

/// <summary>One <c>[[registry.mirror]]</c> table.</summary>
/// <param name="Location">Host, and path where there is one.</param>
/// <param name="Insecure">True: any certificate, and plain HTTP.</param>
/// <param name="Pull"><c>all</c>, <c>digest-only</c>, <c>tag-only</c>; null where the table does not say.</param>
internal sealed record RegistryMirror(string Location, bool Insecure, string? Pull)
{
    public bool Serves(ImageReference reference, bool byDigestOnly) => (Pull ?? (byDigestOnly ? "digest-only" : "all")) switch
    {
        "digest-only" => reference.Digest is not null,
        "tag-only" => reference.Digest is null,
        _ => true,
    };
}
