using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies.Conditions;
using Coffer.KeyBroker.References;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>
/// Policies that decide together. Nothing is allowed unless a policy about the resource allows it and none denies it. A condition that
/// cannot be said, for want of a claim or a reference set, allows nothing, and does not keep a denial from denying (docs/policies.md).
/// Immutable and thread-safe.
/// </summary>
internal sealed class PolicySet
{
    private const int UsualBytes = 6 * 1024; // of claims

    private readonly IReadOnlyList<LabelledPolicy> _policies;
    private readonly IReadOnlyDictionary<string, ReferenceSet> _references;

    private PolicySet(IReadOnlyList<LabelledPolicy> policies, IReadOnlyDictionary<string, ReferenceSet> references) => (_policies, _references) = (policies, references);

    /// <summary>No policies.</summary>
    public static PolicySet Empty { get; } = new([], new Dictionary<string, ReferenceSet>());

    /// <summary>Policies with the reference sets that they name.</summary>
    /// <param name="policies">By name.</param>
    /// <param name="find">Finds a set by its name; null where there is none.</param>
    public static async ValueTask<PolicySet> WithReferencesAsync(IReadOnlyList<LabelledPolicy> policies, Func<string, ValueTask<ReferenceSet?>> find)
    {
        var sets = new Dictionary<string, ReferenceSet>();
        foreach (var name in policies.SelectMany(p => p.Policy.References).Distinct())
        {
            if (await find(name).ConfigureAwait(false) is { } set) sets[name] = set;
        }
        return new PolicySet(policies, sets);
    }

    /// <summary>The same policies with one put in place of its namesake, or added; its reference sets are read as well.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: a set cannot be read.</exception>
    public ValueTask<PolicySet> WithAsync(IStoreReader store, LabelledPolicy candidate)
    {
        // In the order that the store would have them in: the first that fails gives the reason.
        var others = _policies.Where(p => p.Policy.Name != candidate.Policy.Name).Append(candidate);
        return WithReferencesAsync([.. others.OrderBy(p => p.Policy.Name, StringComparer.Ordinal)], name => ReferenceShelf.FindAsync(store, name));
    }

    /// <summary>Decides.</summary>
    /// <param name="resourcePath"><c>REPOSITORY/TYPE/TAG</c>; of anything else no policy is.</param>
    /// <param name="claims">As <see cref="IPolicyDecisions.DecideAsync"/> has them.</param>
    /// <param name="now">The moment for times and the expiry of reference sets.</param>
    public Decision Decide(string resourcePath, JsonObject claims, DateTimeOffset now)
    {
        var about = ResourcePath.TryParse(resourcePath) is { } path ? _policies.Where(p => p.Policy.IsAbout(path)) : [];
        using var document = Parse(claims);
        var context = new PolicyContext(document.RootElement, now, _references);
        var verdicts = about.Select(p => PolicyVerdict.Of(p.Label, p.Policy, context)).ToList();
        var denies = verdicts.Find(v => v.Denies);
        var allows = verdicts.Find(v => v.Allows);
        var allowed = denies is null && allows is not null;
        var reason = denies is not null ? $"denied by {denies.Label}{denies.WhyDenied}"
            : allows is not null ? $"allowed by {allows.Label}"
            : verdicts.Find(v => v.Policy.Effect == PolicyEffect.Allow) is { } first ? $"{first.Label}: {first.WhyNot}"
            : $"no policy allows {resourcePath} to anybody";
        return new Decision(allowed, verdicts.ConvertAll(v => v.Label), Oci.Printable.Of(reason, 1000), Explanation.Of(resourcePath, allowed, now, verdicts));
    }

    /// <summary>What one policy says by itself, of whatever resource.</summary>
    public PolicyVerdict Judge(LabelledPolicy policy, JsonObject claims, DateTimeOffset now)
    {
        using var document = Parse(claims);
        return PolicyVerdict.Of(policy.Label, policy.Policy, new PolicyContext(document.RootElement, now, _references));
    }

    // Claims may hold values of the platform's types; as text and back, all compare alike.
    private static JsonDocument Parse(JsonObject claims)
    {
        var buffer = new ArrayBufferWriter<byte>(UsualBytes);
        using (var json = new Utf8JsonWriter(buffer)) claims.WriteTo(json);
        return JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 128 });
    }
}
