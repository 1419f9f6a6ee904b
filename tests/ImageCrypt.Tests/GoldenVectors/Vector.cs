using System.Text;
using System.Text.Json;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>
/// One golden vector: header lines <c>name: value</c>, an empty line, the layer's descriptor as JSON, an empty line, the
/// blob in base64. <c>tests/testdata/vectors/README.md</c> tells the members.
/// </summary>
internal sealed record Vector
{
    private const string Magic = "coffer-vector: 1";
    private static readonly string[] Names = ["expect", "payload", "diff-id", "media-type", "identity", "recipient", "comment"];

    public required VectorOutcome Expect { get; init; }

    /// <summary>Digest of the layer before encryption, whatever its packets claim.</summary>
    public required Digest Payload { get; init; }

    /// <summary>Digest of the payload's tar; null where the payload is no layer.</summary>
    public Digest? DiffId { get; init; }

    /// <summary>The media type before encryption.</summary>
    public required string MediaType { get; init; }

    /// <summary>What is given to decrypt with: <c>FILE[:PASSWORD]</c>, <c>provider:NAME</c> or <c>token:FILE</c>.</summary>
    public required IReadOnlyList<string> Identities { get; init; }

    /// <summary>Whom the payload is encrypted to once more: <c>SCHEME:FILE</c> or <c>provider:NAME</c>.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    public required string Comment { get; init; }

    /// <summary>The encrypted layer as a manifest would have it.</summary>
    public required Descriptor Layer { get; init; }

    /// <summary>What is stored under the layer's digest.</summary>
    public required byte[] Blob { get; init; }

    /// <exception cref="FormatException">Not of this form, or an outcome or member that is not in the list.</exception>
    public static Vector Parse(string text)
    {
        var parts = text.Split("\n\n", 3);
        if (parts.Length != 3) throw new FormatException("a vector has a header, a descriptor and a blob, with empty lines between them");
        var lines = parts[0].Split('\n');
        if (lines[0] != Magic) throw new FormatException($"a vector begins with '{Magic}'");
        var header = lines.Skip(1).Select(Split).ToLookup(l => l.Name, l => l.Value);
        return new Vector
        {
            Expect = VectorOutcome.Named(header["expect"].Single()),
            Payload = Digest.Parse(header["payload"].Single()),
            DiffId = header["diff-id"].SingleOrDefault() is { } diffId ? Digest.Parse(diffId) : null,
            MediaType = header["media-type"].Single(),
            Identities = [.. header["identity"]],
            Recipients = [.. header["recipient"]],
            Comment = header["comment"].Single(),
            Layer = ReadLayer(parts[1]),
            Blob = Convert.FromBase64String(parts[2]),
        };
    }

    public string Write()
    {
        var text = new StringBuilder(Magic + "\n");
        text.Append($"expect: {Expect.Name}\npayload: {Payload}\n");
        if (DiffId is not null) text.Append($"diff-id: {DiffId}\n");
        text.Append($"media-type: {MediaType}\n");
        foreach (var identity in Identities) text.Append($"identity: {identity}\n");
        foreach (var recipient in Recipients) text.Append($"recipient: {recipient}\n");
        text.Append($"comment: {Comment}\n\n{WriteLayer(Layer)}\n\n");
        foreach (var line in Convert.ToBase64String(Blob).Chunk(76)) text.Append(line).Append('\n');
        return text.ToString();
    }

    private static (string Name, string Value) Split(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var name = colon < 0 ? line : line[..colon];
        return Names.Contains(name) && colon > 0 ? (name, line[(colon + 2)..]) : throw new FormatException($"'{name}' is no member of a vector's header");
    }

    private static Descriptor ReadLayer(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new Descriptor(root.GetProperty("mediaType").GetString()!, Digest.Parse(root.GetProperty("digest").GetString()!), root.GetProperty("size").GetInt64())
        {
            Annotations = root.GetProperty("annotations").EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString()!),
        };
    }

    private static string WriteLayer(Descriptor layer)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("mediaType", layer.MediaType);
            json.WriteString("digest", layer.Digest.ToString());
            json.WriteNumber("size", layer.Size);
            json.WriteStartObject("annotations");
            foreach (var (name, value) in layer.Annotations) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
