using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coffer.Oci;

namespace Coffer.Cli.Rewrapping;

/// <summary>What became of one image of a list, in one line.</summary>
/// <param name="Image">As the list names it.</param>
/// <param name="Status"><c>rewrapped</c>, <c>would rewrap</c>, <c>unchanged</c> or <c>failed</c>.</param>
internal sealed record RewrapLine(string Image, string Status)
{
    public const string Rewrapped = "rewrapped", WouldRewrap = "would rewrap", Unchanged = "unchanged", Failed = "failed";

    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The image's digest as it is now.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Layers that change, with the keys that they name before and after.</summary>
    public IReadOnlyList<(Digest Layer, IReadOnlyList<string> From, IReadOnlyList<string> To)> Layers { get; init; } = [];

    /// <summary>Replaced manifests that are still there.</summary>
    public IReadOnlyList<Digest> Remaining { get; init; } = [];

    /// <summary>Why it failed.</summary>
    public CofferException? Error { get; init; }

    /// <summary>For a person.</summary>
    public override string ToString()
    {
        var image = Printable.Of(Image, 1024);
        if (Error is { } error) return $"{Status} {image}: {Printable.Of(string.Join("; ", [error.Message, .. error.Details.Take(4)]), 2048)}{(error.Hint is { } hint ? $" ({Printable.Of(hint, 512)})" : "")}";
        if (Layers.Count == 0) return $"{Status} {image}";
        var moves = Layers.GroupBy(l => $"{Keys(l.From)} -> {Keys(l.To)}", StringComparer.Ordinal).Select(g => $"{g.Count()} layer{(g.Count() == 1 ? "" : "s")} {g.Key}");
        return $"{Status} {image}{(Digest is { } digest ? $" {digest}" : "")}: {string.Join("; ", moves)}";
    }

    /// <summary>For a machine: one object without a line break.</summary>
    public string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Form))
        {
            json.WriteStartObject();
            json.WriteString("image", Image);
            json.WriteString("status", Status);
            if (Digest is { } digest) json.WriteString("digest", digest.ToString());
            json.WriteStartArray("layers");
            foreach (var (layer, from, to) in Layers)
            {
                json.WriteStartObject();
                json.WriteString("digest", layer.ToString());
                Write(json, "from", from);
                Write(json, "to", to);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (Remaining.Count > 0) Write(json, "remaining", Remaining.Select(r => r.ToString()));
            if (Error is { } error)
            {
                json.WriteString("error", error.Message);
                if (error.Details.Count > 0) Write(json, "details", error.Details);
                if (error.Hint is { } hint) json.WriteString("hint", hint);
                json.WriteNumber("exitStatus", (int)error.ExitStatus);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string Keys(IReadOnlyList<string> ids) => ids.Count == 0 ? "no named key" : Printable.Of(string.Join(", ", ids), 1024);

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
