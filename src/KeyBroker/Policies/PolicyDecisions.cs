using System.Text.Json.Nodes;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>
/// Decides by the policies that stand in the store at that moment (docs/policies.md). Their mark is read in the transaction of the decision: under
/// the same one nothing is read again, under another one everything.
/// </summary>
/// <param name="clock">For times and the expiry of reference sets.</param>
internal sealed class PolicyDecisions(TimeProvider clock) : IPolicyDecisions
{
    private volatile PolicyReadings? _readings;

    /// <inheritdoc/>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: a policy that may be about the resource, or a reference set, cannot be read; then nothing is released.</exception>
    public async ValueTask<Decision> DecideAsync(IStoreReader store, string resourcePath, JsonObject claims)
    {
        var policies = ResourcePath.TryParse(resourcePath) is { } path ? await AboutAsync(store, path).ConfigureAwait(false) : PolicySet.Empty;
        return policies.Decide(resourcePath, claims, clock.GetUtcNow());
    }

    /// <summary>The policies about a path, with their reference sets, for several decisions.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one cannot be read.</exception>
    public async ValueTask<PolicySet> AboutAsync(IStoreReader store, ResourcePath path) =>
        await ReadingsAsync(store).ConfigureAwait(false) is { } readings ? await readings.AboutAsync(store, path).ConfigureAwait(false) : PolicySet.Empty;

    /// <summary>A policy of the store; null where there is none of that name.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it cannot be read.</exception>
    public async ValueTask<LabelledPolicy?> FindAsync(IStoreReader store, string name) =>
        await ReadingsAsync(store).ConfigureAwait(false) is { } readings ? await readings.FindAsync(store, name).ConfigureAwait(false) : null;

    private async ValueTask<PolicyReadings?> ReadingsAsync(IStoreReader store)
    {
        if (await PolicyPlaces.MarkAsync(store).ConfigureAwait(false) is not { } mark)
        {
            // Unmarked policies would be found nowhere, and one of them may deny.
            return (await store.ListAsync(Collections.Policies, "", null, 1).ConfigureAwait(false)).Count == 0 ? null
                : throw new BrokerException(BrokerFault.Unavailable, "the store's policies are not where decisions look for them", "start the broker anew: it puts them there");
        }
        if (_readings is { } known && known.Mark == mark) return known;
        return _readings = new PolicyReadings(mark);
    }
}
