using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies.Conditions;

namespace Coffer.KeyBroker.Policies;

/// <summary>A decision for its reader: every policy that is about the resource, every condition with expected and actual, in bounded size.</summary>
internal static class Explanation
{
    private const int MostConditions = 1000;

    public static JsonObject Of(string resourcePath, bool allowed, DateTimeOffset now, IReadOnlyList<PolicyVerdict> verdicts)
    {
        var left = MostConditions;
        var policies = new JsonArray();
        foreach (var verdict in verdicts)
        {
            if (left <= 0) break;
            var policy = new JsonObject
            {
                ["policy"] = verdict.Label,
                ["effect"] = verdict.Policy.Effect == PolicyEffect.Allow ? "allow" : "deny",
                ["holds"] = verdict.When.Holds,
            };
            if (verdict.SampleUnnamed) policy["note"] = "sample evidence proves nothing, and the policy does not name it";
            policy["when"] = Node(verdict.When, ref left);
            policies.Add((JsonNode?)policy);
        }
        var explanation = new JsonObject
        {
            ["resource"] = resourcePath,
            ["allowed"] = allowed,
            ["time"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["policies"] = policies,
        };
        if (left <= 0) explanation["omitted"] = $"what is behind the first {MostConditions} conditions";
        return explanation;
    }

    private static JsonObject Node(ConditionResult result, ref int left)
    {
        left--;
        var node = new JsonObject { ["condition"] = result.Condition, ["holds"] = result.Holds };
        if (result.Expected is { } expected) node["expected"] = Own(expected);
        if (result.Actual is { } actual) node["actual"] = Own(actual);
        if (result.Note is { } note) node["note"] = note;
        if (result.Of.Count == 0) return node;
        var of = new JsonArray();
        foreach (var part in result.Of)
        {
            if (left <= 0) break;
            of.Add((JsonNode?)Node(part, ref left));
        }
        node["of"] = of;
        return node;
    }

    // Nobody needs a verdict's values after its explanation; where that is asked for again, it gets a copy.
    private static JsonNode Own(JsonNode value) => value.Parent is null ? value : value.DeepClone();
}
