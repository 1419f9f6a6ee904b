using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>Decides by the policies that stand in the store at that moment (docs/policies.md).</summary>
/// <param name="clock">For times and the expiry of reference sets.</param>
internal sealed class PolicyDecisions(TimeProvider clock) : IPolicyDecisions
{
    private readonly PolicyCache _cache = new();

    /// <inheritdoc/>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: a stored policy or reference set cannot be read; then nothing is released.</exception>
    public async ValueTask<Decision> DecideAsync(IStoreReader store, string resourcePath, JsonObject claims)
    {
        var about = ResourcePath.TryParse(resourcePath) is { } path ? await StandingAsync(store, path).ConfigureAwait(false) : [];
        var policies = await PolicySet.WithReferencesAsync(store, about).ConfigureAwait(false);
        return policies.Decide(resourcePath, claims, clock.GetUtcNow());
    }

    /// <summary>All policies of the store with their reference sets, for many decisions.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one cannot be read.</exception>
    public async ValueTask<PolicySet> AllAsync(IStoreReader store) => await PolicySet.WithReferencesAsync(store, await StandingAsync(store, null).ConfigureAwait(false)).ConfigureAwait(false);

    private async ValueTask<List<LabelledPolicy>> StandingAsync(IStoreReader store, ResourcePath? about)
    {
        var policies = new List<LabelledPolicy>();
        foreach (var record in await store.ListAsync(Collections.Policies, "", null, PolicyLimits.MostPolicies).ConfigureAwait(false))
        {
            var (name, version, policy) = _cache.Read(record);
            if (about is null || policy.IsAbout(about)) policies.Add(new LabelledPolicy(string.Create(CultureInfo.InvariantCulture, $"{name}@{version}"), policy));
        }
        return policies;
    }
}
