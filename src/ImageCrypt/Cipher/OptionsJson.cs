using System.Text.Json;
using System.Text.Unicode;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// How both options documents are read: names in any case (Go's readers take them so), a name twice refused, byte
/// members as standard base64.
/// </summary>
internal static class OptionsJson
{
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what, int most)
    {
        if (utf8.Length > most) throw new MalformedLayerException($"{what} have {utf8.Length} bytes; the most that is read is {most}");
        if (!Utf8.IsValid(utf8.Span)) throw new MalformedLayerException($"{what} are not JSON");
        try
        {
            return JsonDocument.Parse(utf8, Bounded);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The parser's own message may quote the text: it is left out on purpose.
            throw new MalformedLayerException($"{what} are not JSON");
        }
    }

    public static Dictionary<string, JsonElement> Members(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new MalformedLayerException($"{what} are not a JSON object");
        var members = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in element.EnumerateObject())
        {
            if (!members.TryAdd(Name(member, what), member.Value)) throw new MalformedLayerException($"{what} name a member twice");
        }
        return members;
    }

    /// <summary>A string member's text.</summary>
    public static string? Text(Dictionary<string, JsonElement> members, string name, string what)
    {
        if (!members.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new MalformedLayerException($"{what} hold a '{name}' that is no text");
        }
    }

    public static byte[]? Bytes(Dictionary<string, JsonElement> members, string name, string what)
    {
        if (!members.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        try
        {
            if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes)) return bytes;
        }
        catch (InvalidOperationException)
        {
            // An unpaired surrogate: no text, so no base64 either.
        }
        throw new MalformedLayerException($"{what} hold a '{name}' that is not base64");
    }

    // An unpaired surrogate is valid JSON grammar but no text.
    private static string Name(JsonProperty member, string what)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new MalformedLayerException($"{what} have a member whose name is no text");
        }
    }
}
