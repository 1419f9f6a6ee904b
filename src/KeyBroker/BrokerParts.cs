using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker;

/// <summary>What the routes and fronts of one broker work with. Whoever makes it disposes the store.</summary>
/// <param name="Store">Everything that is kept.</param>
/// <param name="Audit">Where every change and decision is put down first.</param>
/// <param name="Time">The clock.</param>
public sealed record BrokerParts(IBrokerStore Store, IAuditLog Audit, TimeProvider Time)
{
    /// <summary>How the broker was set up.</summary>
    public BrokerSettings Settings { get; init; } = new();

    /// <summary>The credentials of the administration API.</summary>
    internal AccessTokens AccessTokens { get; } = new(Time);
}
