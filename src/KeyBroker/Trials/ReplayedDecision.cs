using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;

namespace Coffer.KeyBroker.Trials;

/// <summary>What a candidate does to one past decision.</summary>
/// <param name="Time">When its entry was written.</param>
/// <param name="Kind">What changes.</param>
internal sealed record ReplayedDecision(DateTimeOffset Time, ReplayKind Kind)
{
    /// <summary>Whether the policies and reference sets that stand now decide it otherwise than it was decided then, without the candidate.</summary>
    public bool Drifted { get; init; }

    /// <summary>For a change, and for what cannot be told; null where nothing changes.</summary>
    public JsonObject? Shown { get; init; }

    /// <summary>A change, or what cannot be told, for people's tools: <c>request_id, time, host, resource, recorded, change, why</c>.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="kind">What changes.</param>
    /// <param name="why">The condition that flips, or why it cannot be told.</param>
    public static ReplayedDecision Of(PastDecision decision, ReplayKind kind, string why)
    {
        var shown = new JsonObject
        {
            ["request_id"] = decision.Entry.Event.RequestId,
            ["time"] = decision.Entry.Time.ToString(AuditCodec.TimeForm, System.Globalization.CultureInfo.InvariantCulture),
            ["host"] = decision.Entry.Event.Actor,
            ["resource"] = decision.Resource,
            ["recorded"] = decision.Allowed ? "allowed" : "denied",
            ["change"] = Word(kind),
            ["why"] = why,
        };
        return new ReplayedDecision(decision.Entry.Time, kind) { Shown = shown };
    }

    public static string Word(ReplayKind kind) => kind switch
    {
        ReplayKind.NewlyDenied => "newly_denied",
        ReplayKind.NewlyAllowed => "newly_allowed",
        ReplayKind.CannotTell => "cannot_tell",
        _ => "unchanged",
    };
}
