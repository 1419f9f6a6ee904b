using System.Text.Json.Nodes;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>Lists in claims, bounded: claims are stored and shown.</summary>
internal static class ClaimList
{
    private const int MostEntries = 512, MostCharacters = 64 * 1024;

    /// <summary>Puts a list of distinct texts in their order, unless there are none. One that is too long becomes no claim at all, since
    /// half of it would mislead.</summary>
    public static void Put(JsonObject claims, string name, IReadOnlyList<string> texts)
    {
        var distinct = texts.Distinct(StringComparer.Ordinal).Take(MostEntries + 1).ToList();
        if (distinct.Count is 0 or > MostEntries || distinct.Sum(text => (long)text.Length) > MostCharacters) return;
        claims[name] = new JsonArray([.. distinct.Select(text => (JsonNode)JsonValue.Create(text))]);
    }
}
