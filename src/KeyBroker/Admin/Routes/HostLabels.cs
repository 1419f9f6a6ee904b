namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Labels as bodies give them.</summary>
internal static class HostLabels
{
    public const string Member = "labels";

    private const int Most = 64, MostCharacters = 128;

    public static RouteMember Described(bool isRequired) => new(Member, "strings", "What operators sort hosts by, such as zone=a; policies may ask for them.", isRequired);

    /// <summary>The labels, each once; empty where there are none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>.</exception>
    public static IReadOnlyList<string> Read(AdminBody body) => [.. body.Texts(Member, Most, MostCharacters).Distinct(StringComparer.Ordinal)];
}
