namespace Coffer.KeyBroker.Namespaces;

/// <summary>How much may stand below a namespace's prefix; null for as much as one likes.</summary>
/// <param name="Resources">How many resources, whatever their versions.</param>
/// <param name="Bytes">How many bytes in all versions of all of them.</param>
/// <param name="Policies">How many policies that are the namespace's by name.</param>
/// <param name="Hosts">How many hosts that are the namespace's by their label and not revoked.</param>
internal sealed record NamespaceQuota(int? Resources, long? Bytes, int? Policies, int? Hosts)
{
    /// <summary>The largest that can be set.</summary>
    public const int MostResources = 100_000;

    public const long MostBytes = 1L << 40;

    public const int MostHosts = 1_000_000;

    /// <summary>Everything without a bound.</summary>
    public static NamespaceQuota None { get; } = new(null, null, null, null);
}
