using System.Globalization;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Hosts;

/// <summary>Whether PCR values are a host's baseline, as far as they say what booted.</summary>
internal static class BaselineMatch
{
    private const string Bank = "sha256";

    // Not 10, which grows with every file that IMA measures; not 16 and 23, which anybody resets; not those of a dynamic launch.
    private static readonly int[] Registers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15];

    public static bool Holds(JsonObject baseline, JsonNode? pcrs) => pcrs?[Bank] is JsonObject now && baseline[Bank] is JsonObject then
        && Registers.Select(r => r.ToString(CultureInfo.InvariantCulture)).All(r => (string?)then[r] is { } value && value == (string?)now[r]);
}
