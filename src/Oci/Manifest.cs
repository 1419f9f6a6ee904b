using System.Text.Json;

namespace Coffer.Oci;

/// <summary>
/// One image or artifact (image-spec 1.1, manifest.md; Docker schema 2 has the same shape). Immutable: <see cref="With"/>
/// gives a new one in which every member that was not asked to change is written back as it stood.
/// </summary>
public sealed class Manifest
{
    private static readonly string[] Known = ["schemaVersion", "mediaType", "config", "layers", "subject", "artifactType", "annotations"];

    private readonly JsonElement _document;

    private Manifest(Content content, JsonElement document, StrictObject members)
    {
        Content = content;
        _document = document;
        MediaType = content.MediaType;
        Config = DescriptorJson.Read(members.Optional("config") ?? throw new MalformedImageException($"manifest {content.Digest} lacks 'config'"), "config");
        Layers = [.. members.RequiredArray("layers", OciLimits.Layers).Select((l, i) => DescriptorJson.Read(l, $"layers[{i}]"))];
        Subject = members.Optional("subject") is { } subject ? DescriptorJson.Read(subject, "subject") : null;
        ArtifactType = members.OptionalString("artifactType");
        Annotations = members.OptionalStringMap("annotations");
    }

    /// <summary>The exact bytes this was read from.</summary>
    public Content Content { get; }

    /// <summary>The manifest's own media type.</summary>
    public string MediaType { get; }

    /// <summary>The image's config, or whatever an artifact put there.</summary>
    public Descriptor Config { get; }

    /// <summary>The layers, base first.</summary>
    public IReadOnlyList<Descriptor> Layers { get; }

    /// <summary>What this manifest refers to; null for ordinary images.</summary>
    public Descriptor? Subject { get; }

    /// <summary>The type of an artifact; null for ordinary images.</summary>
    public string? ArtifactType { get; }

    /// <summary>The manifest's own annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>True where config says that this is a container image rather than an artifact.</summary>
    public bool IsImage => Config.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig;

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="MalformedImageException">It breaks the specification or <see cref="OciLimits"/>.</exception>
    public static Manifest Parse(Content content)
    {
        using var json = OciJson.Parse(content.Bytes, $"manifest {content.Digest}");
        var document = json.RootElement.Clone();
        var members = new StrictObject(document, $"manifest {content.Digest}", Known);
        var declared = RootDocument.CheckVersion(members, content);
        return new Manifest(declared == content.MediaType ? content : content with { MediaType = declared }, document, members);
    }

    /// <summary>
    /// A new manifest with other layers and, where given, another config and media type. <c>subject</c>, annotations and
    /// unknown members stay as they are, byte for byte.
    /// </summary>
    public Manifest With(IReadOnlyList<Descriptor> layers, Descriptor? config = null, string? mediaType = null)
    {
        var type = mediaType ?? MediaType;
        var bytes = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", 2);
            writer.WriteString("mediaType", type);
            foreach (var member in _document.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "schemaVersion" or "mediaType":
                        continue;
                    case "layers":
                        writer.WriteStartArray("layers");
                        foreach (var layer in layers) DescriptorJson.Write(writer, layer);
                        writer.WriteEndArray();
                        continue;
                    case "config" when config is not null:
                        writer.WritePropertyName("config");
                        DescriptorJson.Write(writer, config);
                        continue;
                    default:
                        writer.WritePropertyName(member.Name);
                        writer.WriteRawValue(member.Value.GetRawText());
                        continue;
                }
            }
            writer.WriteEndObject();
        });
        return Parse(Content.Of(type, bytes));
    }
}
