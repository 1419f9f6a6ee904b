using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Audit;

/// <summary>Something that happened, to be put down before its effect leaves the broker. Holds no secret.</summary>
/// <param name="RequestId">Of the request that caused it, in which the operator finds it.</param>
/// <param name="Action">What, in <c>noun.verb</c> form, such as <c>resource.release</c> or <c>host.approve</c>.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Reason">One line; for a denial the first condition that did not hold.</param>
internal sealed record AuditEvent(string RequestId, string Action, AuditOutcome Outcome, string Reason)
{
    /// <summary>Who: an access token's id, a host's id, or null for somebody unknown.</summary>
    public string? Actor { get; init; }

    /// <summary>What it was about: a resource path, a host's id, a policy's name.</summary>
    public string? Subject { get; init; }

    /// <summary>The tree of conditions with expected and actual, for decisions.</summary>
    public JsonObject? Explanation { get; init; }
}
