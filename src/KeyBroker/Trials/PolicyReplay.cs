using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Trials;

/// <summary>
/// Which past decisions a policy would change: each is decided again on its recorded claims, at its time, by the policies that stand now,
/// once without and once with the candidate. What differs is the candidate's doing, and nothing else's.
/// </summary>
internal sealed class PolicyReplay(PolicyDecisions decisions)
{
    private const int MostShown = 1000;

    /// <summary>Replays.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="candidate">The policy.</param>
    /// <param name="count">The last so many decisions.</param>
    /// <param name="about">Only those about resources that it covers; null for all.</param>
    /// <returns><c>policy, replayed, newly_denied, newly_allowed, unchanged, cannot_tell, drifted, changes</c>, and <c>omitted</c> where there are more changes than are shown.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: an entry, its claims, a policy or a reference set cannot be read.</exception>
    public async ValueTask<JsonObject> RunAsync(IStoreReader store, PolicyDocument candidate, int count, Glob? about)
    {
        var one = new Comparison(decisions, LabelledPolicy.Candidate(candidate), await decisions.FindAsync(store, candidate.Name).ConfigureAwait(false));
        var replayed = new List<ReplayedDecision>();
        var whole = await PastDecisions.LastAsync(store, count, about, async d => replayed.Add(await one.OfAsync(store, d).ConfigureAwait(false))).ConfigureAwait(false);
        var last = replayed.OrderByDescending(r => r.Time).Take(count).ToList();
        var answer = new JsonObject { ["policy"] = LabelledPolicy.Candidate(candidate).Label, ["replayed"] = last.Count };
        foreach (var kind in (ReplayKind[])[ReplayKind.NewlyDenied, ReplayKind.NewlyAllowed, ReplayKind.Unchanged, ReplayKind.CannotTell]) answer[ReplayedDecision.Word(kind)] = last.Count(r => r.Kind == kind);
        answer["drifted"] = last.Count(r => r.Drifted);
        var shown = last.Where(r => r.Shown is not null).OrderBy(r => r.Kind == ReplayKind.CannotTell).Select(r => r.Shown!).ToList();
        answer["changes"] = new JsonArray([.. shown.Take(MostShown).Select(s => (JsonNode?)s)]);
        if (shown.Count > MostShown) answer["omitted"] = $"{shown.Count - MostShown} more";
        if (!whole) answer["note"] = "the search for decisions was given up before there were enough";
        return answer;
    }

    /// <summary>Two sets of policies, of which one has the candidate, about each resource that comes along.</summary>
    private sealed class Comparison(PolicyDecisions decisions, LabelledPolicy candidate, LabelledPolicy? namesake)
    {
        private readonly Dictionary<ResourcePath, (PolicySet Present, PolicySet Changed)> _about = [];

        public async ValueTask<ReplayedDecision> OfAsync(IStoreReader store, PastDecision past)
        {
            // Of a resource that neither version of the policy is about, no claims are needed to know.
            if (ResourcePath.TryParse(past.Resource) is not { } path || !(candidate.Policy.IsAbout(path) || namesake?.Policy.IsAbout(path) == true)) return new ReplayedDecision(past.Entry.Time, ReplayKind.Unchanged);
            var (claims, why) = await DecisionInputs.FindAsync(store, past.Explanation).ConfigureAwait(false);
            if (claims is null) return ReplayedDecision.Of(past, ReplayKind.CannotTell, why!);
            var (present, changed) = await AboutAsync(store, path).ConfigureAwait(false);
            var (before, after) = (present.Decide(past.Resource, claims, past.Time), changed.Decide(past.Resource, claims, past.Time));
            var result = (before.Allowed, after.Allowed) switch
            {
                (true, false) => ReplayedDecision.Of(past, ReplayKind.NewlyDenied, after.Reason),
                (false, true) => ReplayedDecision.Of(past, ReplayKind.NewlyAllowed, $"{after.Reason}; before: {before.Reason}"),
                _ => new ReplayedDecision(past.Entry.Time, ReplayKind.Unchanged),
            };
            return result with { Drifted = before.Allowed != past.Allowed };
        }

        private async ValueTask<(PolicySet Present, PolicySet Changed)> AboutAsync(IStoreReader store, ResourcePath path)
        {
            if (_about.TryGetValue(path, out var known)) return known;
            var present = await decisions.AboutAsync(store, path).ConfigureAwait(false);
            return _about[path] = (present, await present.WithAsync(store, candidate).ConfigureAwait(false));
        }
    }
}
