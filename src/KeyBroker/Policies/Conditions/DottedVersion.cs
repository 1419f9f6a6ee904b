using System.Globalization;
using System.Text.Json;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>A version of numbers with dots or dashes between them, such as 2.10.1 or 20240101-3; missing numbers count as zero.</summary>
internal static class DottedVersion
{
    private const int MostParts = 8;
    private const int MostCharacters = 128;

    /// <summary>Of a text, or of a whole number that is not negative; null where it is none.</summary>
    public static IReadOnlyList<long>? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) && number >= 0 => [number],
        JsonValueKind.String => Of(value.GetString()!),
        _ => null,
    };

    public static bool IsAtLeast(IReadOnlyList<long> version, IReadOnlyList<long> least)
    {
        for (var i = 0; i < Math.Max(version.Count, least.Count); i++)
        {
            var (a, b) = (version.ElementAtOrDefault(i), least.ElementAtOrDefault(i));
            if (a != b) return a > b;
        }
        return true;
    }

    private static List<long>? Of(string text)
    {
        if (text.Length is 0 or > MostCharacters) return null;
        var parts = text.Split('.', '-');
        var version = new List<long>();
        if (parts.Length > MostParts) return null;
        foreach (var part in parts)
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
            version.Add(number);
        }
        return version;
    }
}
