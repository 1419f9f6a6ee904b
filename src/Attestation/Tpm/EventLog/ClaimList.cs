using System.Text.Json.Nodes;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>Lists in claims, bounded: claims are stored and shown.</summary>
internal static class ClaimList
{
    private const int MostEntries = 64, MostCharacters = 4096;

    /// <summary>A list of distinct texts in their order. One that is too long or too many makes no list at all, since half of it would mislead.</summary>
    public static JsonArray? Of(IEnumerable<string> texts)
    {
        var distinct = texts.Distinct(StringComparer.Ordinal).Take(MostEntries + 1).ToList();
        return distinct.Count <= MostEntries && distinct.TrueForAll(t => t.Length <= MostCharacters) ? new JsonArray([.. distinct.Select(t => (JsonNode)JsonValue.Create(t))]) : null;
    }
}
