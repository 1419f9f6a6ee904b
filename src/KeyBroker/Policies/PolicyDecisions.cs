using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies.Conditions;
using Coffer.KeyBroker.References;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>
/// Nothing is allowed unless a policy about the resource allows it and none denies it. A condition that cannot be said, for want of a claim
/// or a reference set, allows nothing, and does not keep a denial from denying (docs/policies.md).
/// </summary>
/// <param name="clock">For times and the expiry of reference sets.</param>
internal sealed class PolicyDecisions(TimeProvider clock) : IPolicyDecisions
{
    private readonly PolicyCache _cache = new();

    /// <inheritdoc/>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: a stored policy or reference set cannot be read; then nothing is released.</exception>
    public async ValueTask<Decision> DecideAsync(IStoreReader store, string resourcePath, JsonObject claims)
    {
        var about = new List<(string Label, PolicyDocument Policy)>();
        if (ResourcePath.TryParse(resourcePath) is { } path)
        {
            foreach (var record in await store.ListAsync(Collections.Policies, "", null, PolicyLimits.MostPolicies).ConfigureAwait(false))
            {
                var (name, version, policy) = _cache.Read(record);
                if (policy.IsAbout(path)) about.Add((string.Create(CultureInfo.InvariantCulture, $"{name}@{version}"), policy));
            }
        }
        using var document = Parse(claims);
        var context = new PolicyContext(document.RootElement, clock.GetUtcNow(), await ReferencesAsync(store, about).ConfigureAwait(false));
        return Decide(resourcePath, about, context);
    }

    private static Decision Decide(string resourcePath, List<(string Label, PolicyDocument Policy)> about, PolicyContext context)
    {
        var verdicts = about.ConvertAll(p => PolicyVerdict.Of(p.Label, p.Policy, context));
        var denies = verdicts.Find(v => v.Denies);
        var allows = verdicts.Find(v => v.Allows);
        var allowed = denies is null && allows is not null;
        var reason = denies is not null ? $"denied by {denies.Label}{denies.WhyDenied}"
            : allows is not null ? $"allowed by {allows.Label}"
            : verdicts.Find(v => v.Policy.Effect == PolicyEffect.Allow) is { } first ? $"{first.Label}: {first.WhyNot}"
            : $"no policy allows {resourcePath} to anybody";
        return new Decision(allowed, verdicts.ConvertAll(v => v.Label), Oci.Printable.Of(reason, 1000), Explanation.Of(resourcePath, allowed, context.Now, verdicts));
    }

    private static async ValueTask<Dictionary<string, ReferenceSet>> ReferencesAsync(IStoreReader store, List<(string Label, PolicyDocument Policy)> about)
    {
        var sets = new Dictionary<string, ReferenceSet>();
        foreach (var name in about.SelectMany(p => p.Policy.References).Distinct())
        {
            if (await ReferenceShelf.FindAsync(store, name).ConfigureAwait(false) is { } set) sets[name] = set;
        }
        return sets;
    }

    // Claims may hold values of the platform's types; as text and back, all compare alike.
    private static JsonDocument Parse(JsonObject claims)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) claims.WriteTo(json);
        return JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), new JsonDocumentOptions { MaxDepth = 128 });
    }
}
