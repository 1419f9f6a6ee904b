using System.Text.Json;

namespace Coffer.Oci;

/// <summary>A list of manifests, one a platform (image-spec 1.1, image-index.md; Docker's manifest list). Immutable.</summary>
public sealed class ImageIndex
{
    private static readonly string[] Known = ["schemaVersion", "mediaType", "manifests", "subject", "artifactType", "annotations"];

    private readonly JsonElement _document;

    private ImageIndex(Content content, JsonElement document, StrictObject members)
    {
        Content = content;
        _document = document;
        MediaType = content.MediaType;
        Manifests = [.. members.RequiredArray("manifests", OciLimits.IndexEntries).Select((m, i) => DescriptorJson.Read(m, $"manifests[{i}]"))];
    }

    /// <summary>The exact bytes this was read from.</summary>
    public Content Content { get; }

    /// <summary>The index's own media type.</summary>
    public string MediaType { get; }

    /// <summary>The entries: manifests, or further indexes.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; }

    /// <summary>Reads an index.</summary>
    /// <exception cref="MalformedImageException">It breaks the specification or <see cref="OciLimits"/>.</exception>
    public static ImageIndex Parse(Content content)
    {
        using var json = OciJson.Parse(content.Bytes, $"index {content.Digest}");
        var document = json.RootElement.Clone();
        var members = new StrictObject(document, $"index {content.Digest}", Known);
        var declared = RootDocument.CheckVersion(members, content);
        return new ImageIndex(declared == content.MediaType ? content : content with { MediaType = declared }, document, members);
    }

    /// <summary>A new index of the given entries; nothing else said.</summary>
    public static ImageIndex Create(IReadOnlyList<Descriptor> manifests) => Parse(Content.Of(MediaTypes.OciIndex, OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaTypes.OciIndex);
        WriteManifests(writer, manifests);
        writer.WriteEndObject();
    })));

    /// <summary>A new index with other entries and, where given, another media type; every other member stays as it is, byte for byte.</summary>
    public ImageIndex With(IReadOnlyList<Descriptor> manifests, string? mediaType = null)
    {
        var type = mediaType ?? MediaType;
        var bytes = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in _document.EnumerateObject())
            {
                if (member.Name == "manifests")
                {
                    WriteManifests(writer, manifests);
                }
                else if (member.Name == "mediaType")
                {
                    writer.WriteString("mediaType", type);
                }
                else
                {
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(member.Value.GetRawText());
                }
            }
            writer.WriteEndObject();
        });
        return Parse(Content.Of(type, bytes));
    }

    private static void WriteManifests(Utf8JsonWriter writer, IReadOnlyList<Descriptor> manifests)
    {
        writer.WriteStartArray("manifests");
        foreach (var manifest in manifests) DescriptorJson.Write(writer, manifest);
        writer.WriteEndArray();
    }
}
