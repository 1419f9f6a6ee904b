using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A JSON object as lines for a person: <c>member: value</c>, indented by depth.</summary>
internal static class JsonLines
{
    public static void Write(TextWriter output, JsonNode? node, string indent = "")
    {
        foreach (var (name, value) in node as JsonObject ?? [])
        {
            var title = $"{indent}{Printable.Of(name, 64)}:";
            switch (value)
            {
                case JsonObject { Count: > 0 } members:
                    output.WriteLine(title);
                    Write(output, members, indent + "  ");
                    break;
                case JsonArray items when items.Any(i => i is JsonObject):
                    output.WriteLine(title);
                    foreach (var item in items)
                    {
                        output.WriteLine($"{indent}  -");
                        Write(output, item, indent + "    ");
                    }
                    break;
                default:
                    output.WriteLine($"{title} {JsonFacts.Of(value, 512)}");
                    break;
            }
        }
    }
}
