using System.Text;
using System.Text.Json;

namespace Coffer.Jose.Tests;

/// <summary>One example of an RFC: keys, the forms it is printed in, and what is expected of it.</summary>
public sealed record RfcExample(string Name, string Content, string[] Keys, int[] Opens, string? Refused, Dictionary<string, string> Forms);

internal static class Vectors
{
    public static IReadOnlyList<RfcExample> Jwe { get; } = Load("rfc-jwe.json", "plaintext");

    public static IReadOnlyList<RfcExample> Jws { get; } = Load("rfc-jws.json", "payload");

    public static RfcExample Named(this IReadOnlyList<RfcExample> examples, string name) => examples.Single(e => e.Name == name);

    private static List<RfcExample> Load(string file, string content)
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream(file)!;
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(v => new RfcExample(
            v.GetProperty("name").GetString()!,
            v.GetProperty(content).GetString()!,
            [.. v.GetProperty("keys").EnumerateArray().Select(k => k.GetRawText())],
            v.TryGetProperty("opens", out var opens) ? [.. opens.EnumerateArray().Select(o => o.GetInt32())] : [],
            v.TryGetProperty("refused", out var refused) ? refused.GetString() : null,
            v.GetProperty("forms").EnumerateObject().ToDictionary(f => f.Name, f => Text(f.Value))))];
    }

    private static string Text(JsonElement form) => form.ValueKind == JsonValueKind.String ? form.GetString()! : form.GetRawText();

    public static string Utf8(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
