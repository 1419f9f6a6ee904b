using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies;

/// <summary>A version of a policy as it stands in the store.</summary>
/// <param name="Name">The policy's.</param>
/// <param name="Version">From 1; never used again, also after the policy was deleted.</param>
/// <param name="Put">When.</param>
/// <param name="Actor">By whom: an access token's id; null where nobody is named.</param>
/// <param name="Document">As it was sent.</param>
internal sealed record StoredPolicy(string Name, long Version, DateTimeOffset Put, string? Actor, JsonObject Document)
{
    /// <summary>The document, with the version in it: what an editor gets and sends back.</summary>
    public JsonObject ToDocument()
    {
        var document = (JsonObject)Document.DeepClone();
        document["version"] = Version;
        return document;
    }

    /// <summary>For lists: <c>name, version, effect, resources, description, put, actor</c>.</summary>
    public JsonObject ToSummary()
    {
        var summary = new JsonObject { ["name"] = Name, ["version"] = Version };
        foreach (var member in new[] { "effect", "resources", "description" })
        {
            if (Document[member] is { } value) summary[member] = value.DeepClone();
        }
        summary["put"] = Put.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        if (Actor is not null) summary["actor"] = Actor;
        return summary;
    }
}
