using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Trials;

/// <summary>Tries one policy, of the store or a candidate, on claims. Changes nothing.</summary>
internal sealed class PolicyTrial(PolicyDecisions decisions)
{
    /// <summary>The claims that a past request was decided on.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>: no such request, policies were not asked in it, or its claims are not kept (any more).</exception>
    public static async ValueTask<TrialClaims> RecordedAsync(IStoreReader store, string requestId)
    {
        var entries = await AuditReader.FindAsync(store, requestId).ConfigureAwait(false);
        var past = entries.Select(PastDecision.Of).LastOrDefault(d => d is not null)
            ?? throw new BrokerException(BrokerFault.NotFound, $"no policy was asked in request {Printable.Of(requestId, 64)}", "coffer broker audit explain says what happened in it");
        var (claims, why) = await DecisionInputs.FindAsync(store, past.Explanation).ConfigureAwait(false);
        if (claims is null) throw new BrokerException(BrokerFault.NotFound, $"request {Printable.Of(requestId, 64)} cannot be decided again: {why}", "try the policy on evidence: --evidence FILE");
        return new TrialClaims(claims, past.Time) { Resource = past.Resource, Recorded = past.ToJson() };
    }

    /// <summary>Tries a policy.</summary>
    /// <param name="store">Has the other policies and the reference sets.</param>
    /// <param name="tried">Null for the stored one of that <paramref name="name"/>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="on">The claims.</param>
    /// <param name="resource">Decides about this resource, with the other policies beside it; null for the request's own, and for the policy by itself where there is none.</param>
    /// <returns><c>allowed, reason, policy</c>, and where they are <c>about, admission, recorded</c>; <c>explanation</c>.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>: no such policy. <see cref="BrokerFault.BadRequest"/>: no resource path.</exception>
    public async ValueTask<JsonObject> RunAsync(IStoreReader store, PolicyDocument? tried, string name, TrialClaims on, string? resource)
    {
        var policy = (tried is not null ? LabelledPolicy.Candidate(tried) : await decisions.FindAsync(store, name).ConfigureAwait(false))
            ?? throw new BrokerException(BrokerFault.NotFound, $"there is no policy '{Printable.Of(name, 64)}'", "coffer broker policy list shows their names");
        var path = (resource ?? on.Resource) is { } text ? ResourcePath.Parse(text) : null;
        var others = path is null ? PolicySet.Empty : await decisions.AboutAsync(store, path).ConfigureAwait(false);
        var policies = await others.WithAsync(store, policy).ConfigureAwait(false);
        var answer = path is null ? Alone(policies, policy, on) : Together(policies, policy, on, path);
        if (on.Recorded is { } recorded) answer["recorded"] = recorded;
        return answer;
    }

    private static JsonObject Together(PolicySet policies, LabelledPolicy policy, TrialClaims on, ResourcePath path)
    {
        var decision = policies.Decide(path.ToString(), on.Claims, on.Time);
        var answer = Answer(decision.Allowed, decision.Reason, policy, on);
        answer["about"] = policy.Policy.IsAbout(path);
        answer["explanation"] = decision.Explanation;
        return answer;
    }

    // By itself a denial allows where it does not deny: whoever tries one wants to know whom it hits.
    private static JsonObject Alone(PolicySet policies, LabelledPolicy policy, TrialClaims on)
    {
        var verdict = policies.Judge(policy, on.Claims, on.Time);
        var allowed = policy.Policy.Effect == PolicyEffect.Allow ? verdict.Allows : !verdict.Denies;
        var reason = (policy.Policy.Effect, allowed) switch
        {
            (PolicyEffect.Allow, true) => $"{policy.Label} allows",
            (PolicyEffect.Allow, false) => $"{policy.Label}: {verdict.WhyNot}",
            (_, true) => $"{policy.Label} does not deny: {verdict.WhyNot}",
            _ => $"denied by {policy.Label}{verdict.WhyDenied}",
        };
        var answer = Answer(allowed, Printable.Of(reason, 1000), policy, on);
        answer["explanation"] = Explanation.Of("any that the policy is about", allowed, on.Time, [verdict]);
        return answer;
    }

    private static JsonObject Answer(bool allowed, string reason, LabelledPolicy policy, TrialClaims on)
    {
        var answer = new JsonObject { ["allowed"] = allowed && on.Refusal is null, ["reason"] = on.Refusal?.Reason ?? reason, ["policy"] = policy.Label };
        if (on.Refusal is not null) answer["admission"] = "refused before policies are asked";
        return answer;
    }
}
