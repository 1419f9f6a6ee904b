using System.Text.Json;

namespace Coffer.Oci;

/// <summary>Reads and writes descriptors as JSON.</summary>
internal static class DescriptorJson
{
    private static readonly string[] Known = ["mediaType", "digest", "size", "annotations", "urls", "platform", "artifactType"];

    /// <param name="element">The descriptor object.</param>
    /// <param name="where">Where it stands, such as <c>layers[2]</c>, for messages.</param>
    /// <exception cref="MalformedImageException">A member is missing, of the wrong type or beyond the bounds.</exception>
    public static Descriptor Read(JsonElement element, string where)
    {
        var members = new StrictObject(element, where, Known);
        var size = members.RequiredInt64("size");
        if (size is < 0 or > OciLimits.BlobBytes)
        {
            throw new MalformedImageException($"{where}.size is {size}, which no blob can have");
        }
        var text = members.RequiredString("digest");
        if (!Digest.TryParse(text, out var digest))
        {
            throw new MalformedImageException($"{where}.digest '{Printable.Of(text, 160)}' is not a digest", "only sha256 and sha512 are in use");
        }
        return new Descriptor(members.OptionalString("mediaType") ?? "", digest, size)
        {
            Annotations = members.OptionalStringMap("annotations"),
            Urls = members.OptionalStrings("urls"),
            Platform = members.Optional("platform") is { } platform ? ReadPlatform(platform, where + ".platform") : null,
            ArtifactType = members.OptionalString("artifactType"),
            Unknown = [.. members.Unknown, .. PlatformAsIs(members)],
        };
    }

    public static void Write(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", descriptor.MediaType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        if (descriptor.Urls.Count > 0)
        {
            writer.WriteStartArray("urls");
            foreach (var url in descriptor.Urls) writer.WriteStringValue(url);
            writer.WriteEndArray();
        }
        WriteAnnotations(writer, descriptor.Annotations);
        var verbatim = descriptor.Unknown.Any(m => m.Key == "platform");
        if (descriptor.Platform is { } platform && !verbatim) WritePlatform(writer, platform);
        if (descriptor.ArtifactType is { } type) writer.WriteString("artifactType", type);
        foreach (var (name, value) in descriptor.Unknown)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(value.GetRawText());
        }
        writer.WriteEndObject();
    }

    internal static void WriteAnnotations(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> annotations)
    {
        if (annotations.Count == 0) return;
        writer.WriteStartObject("annotations");
        // Sorted, as Go writes its maps: the same input gives the same digest with either tool.
        foreach (var (name, value) in annotations.OrderBy(a => a.Key, StringComparer.Ordinal)) writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    // A platform has members of its own that we do not model (os.features): it goes back out as it came in.
    private static IEnumerable<KeyValuePair<string, JsonElement>> PlatformAsIs(StrictObject members) =>
        members.Optional("platform") is { } platform ? [new("platform", platform.Clone())] : [];

    private static Platform ReadPlatform(JsonElement element, string where)
    {
        var members = new StrictObject(element, where, ["os", "architecture", "variant", "os.version"]);
        return new Platform(
            members.OptionalString("os") ?? "", members.OptionalString("architecture") ?? "",
            Blank(members.OptionalString("variant")), Blank(members.OptionalString("os.version")));
    }

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static void WritePlatform(Utf8JsonWriter writer, Platform platform)
    {
        writer.WriteStartObject("platform");
        writer.WriteString("architecture", platform.Architecture);
        writer.WriteString("os", platform.Os);
        if (platform.OsVersion is { } version) writer.WriteString("os.version", version);
        if (platform.Variant is { } variant) writer.WriteString("variant", variant);
        writer.WriteEndObject();
    }
}
