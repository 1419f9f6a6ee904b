using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>Members of a broker's answers as a person reads them.</summary>
internal static class JsonFacts
{
    private const string Nothing = "-";

    /// <summary>A member's value in words; <c>-</c> where there is none.</summary>
    public static string Of(JsonNode? item, string member, int most = 128) => Of((item as JsonObject)?[member], most);

    /// <summary>A value in words.</summary>
    public static string Of(JsonNode? value, int most = 128) => value switch
    {
        null => Nothing,
        JsonArray array => array.Count == 0 ? Nothing : Printable.Of(string.Join(", ", array.Select(v => Of(v, most))), most),
        JsonObject members => members.Count == 0 ? Nothing : Printable.Of(string.Join(", ", members.Select(m => $"{m.Key}={Of(m.Value, most)}")), most),
        JsonValue text when text.TryGetValue<string>(out var read) => read.Length == 0 ? Nothing : Printable.Of(read, most),
        JsonValue flag when flag.TryGetValue<bool>(out var read) => read ? "yes" : "no",
        JsonValue number when number.TryGetValue<long>(out var read) => read.ToString(CultureInfo.InvariantCulture),
        _ => Printable.Of(value.ToJsonString(), most),
    };
}
