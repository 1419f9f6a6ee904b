namespace Coffer.KeyBroker.Hosting;

/// <summary>The list of protocols that the broker speaks beside its own API, one folder each.</summary>
internal static class BrokerFronts
{
    /// <summary>All of them, for one broker.</summary>
    public static IReadOnlyList<IBrokerFront> All(BrokerParts parts)
    {
        _ = parts;
        return [];
    }
}
