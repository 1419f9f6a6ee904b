using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary>
/// A decision's explanation as a tree: a line for each condition with a mark (<c>ok</c>, <c>NO</c>, <c>??</c>), and below those that do not
/// hold what was expected and what was there.
/// </summary>
internal static class ExplanationTree
{
    private const int MostDepth = 64;
    private const int MostValue = 512;
    private const int MostInPassing = 60;

    /// <param name="output">Where to.</param>
    /// <param name="explanation">As the audit holds it.</param>
    /// <param name="indent">In front of every line.</param>
    public static void Write(TextWriter output, JsonObject explanation, string indent)
    {
        foreach (var (name, value) in explanation)
        {
            if (name == "policies" && value is JsonArray policies) WritePolicies(output, policies, indent);
            else if (value is JsonObject { Count: > 0 } members)
            {
                output.WriteLine($"{indent}{Printable.Of(name, 64)}:");
                JsonLines.Write(output, members, indent + "  ");
            }
            else output.WriteLine($"{indent}{Printable.Of(name, 64)}: {JsonFacts.Of(value, MostValue)}");
        }
    }

    private static void WritePolicies(TextWriter output, JsonArray policies, string indent)
    {
        if (policies.Count == 0) output.WriteLine($"{indent}no policy is about this resource");
        foreach (var policy in policies)
        {
            output.WriteLine($"{indent}{Mark(policy)} policy {JsonFacts.Of(policy, "policy")}, which would {JsonFacts.Of(policy, "effect")}");
            if (policy is JsonObject members && members.ContainsKey("note")) output.WriteLine($"{indent}     note:     {JsonFacts.Of(policy, "note", MostValue)}");
            if (policy?["when"] is JsonObject when) WriteCondition(output, when, indent + "  ", 0);
        }
    }

    private static void WriteCondition(TextWriter output, JsonObject condition, string indent, int depth)
    {
        var mark = Mark(condition);
        output.WriteLine($"{indent}{mark} {JsonFacts.Of(condition, "condition", MostValue)}{(mark == "ok" ? Briefly(condition) : "")}");
        if (mark != "ok") WriteValues(output, Differences(condition), indent + "     ");
        if (depth == MostDepth) return;
        foreach (var part in condition["of"] as JsonArray ?? [])
        {
            if (part is JsonObject inner) WriteCondition(output, inner, indent + "   ", depth + 1);
        }
    }

    private static void WriteValues(TextWriter output, JsonObject condition, string indent)
    {
        foreach (var member in (string[])["expected", "actual", "note"])
        {
            if (condition.ContainsKey(member)) output.WriteLine($"{indent}{member + ":",-10}{JsonFacts.Of(condition, member, MostValue)}");
        }
    }

    // Of many registers, those that are not as expected: a line has not room for all, and nobody looks for the others.
    private static JsonObject Differences(JsonObject condition)
    {
        if (condition["expected"] is not JsonObject expected || condition["actual"] is not JsonObject actual) return condition;
        var names = expected.Where(e => !JsonNode.DeepEquals(e.Value, actual[e.Key])).Select(e => e.Key).ToList();
        if (names.Count == 0) return condition;
        var some = new JsonObject
        {
            ["expected"] = new JsonObject(names.Select(n => KeyValuePair.Create(n, expected[n]?.DeepClone()))),
            ["actual"] = new JsonObject(names.Select(n => KeyValuePair.Create(n, actual[n]?.DeepClone()))),
        };
        if (condition["note"] is { } note) some["note"] = note.DeepClone();
        return some;
    }

    // What holds is said in passing, where it is short: a person looks for what does not.
    private static string Briefly(JsonObject condition) =>
        condition.ContainsKey("actual") && JsonFacts.Of(condition, "actual", MostValue) is { Length: <= MostInPassing } actual ? $": {actual}" : "";

    private static string Mark(JsonNode? what) => (what as JsonObject)?["holds"] is JsonValue value && value.TryGetValue<bool>(out var holds) ? holds ? "ok" : "NO" : "??";
}
