using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies;

/// <summary>What policies say of one request.</summary>
/// <param name="Allowed">False unless a policy allows it and none denies it.</param>
/// <param name="Policies">Names with versions (<c>tpm-node@3</c>) of the policies whose paths matched.</param>
/// <param name="Reason">One line: which policy allowed, or the first condition that did not hold.</param>
/// <param name="Explanation">Every policy that matched, every condition with what was expected and what was there.</param>
internal sealed record Decision(bool Allowed, IReadOnlyList<string> Policies, string Reason, JsonObject Explanation);
