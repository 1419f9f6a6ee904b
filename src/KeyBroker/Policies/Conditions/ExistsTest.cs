using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary><c>exists</c>: the claim is there, or is not.</summary>
internal sealed class ExistsTest(bool exists) : ClaimTest("exists", JsonValue.Create(exists))
{
    public override bool? Holds(JsonElement? claim, PolicyContext context, out string? note)
    {
        note = null;
        return claim.HasValue == exists;
    }
}
