using System.Text.Json;

namespace Coffer.Oci;

/// <summary>
/// What a manifest says of one piece of content (image-spec 1.1, descriptor.md). Immutable; members that this type does
/// not know travel in <see cref="Unknown"/> and are written back as they were.
/// </summary>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The annotations in the order they were read; empty where the member is absent.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = EmptyAnnotations;

    /// <summary>Where foreign content can be had; empty where the member is absent.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>What the image runs on, in an index; null where the member is absent.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The type of an artifact; null where the member is absent.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Every other member with its JSON text, in the order read.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Unknown { get; init; } = [];

    /// <summary>Reads a descriptor that stands in a document of another kind than a manifest.</summary>
    /// <param name="element">The descriptor object.</param>
    /// <param name="where">Where it stands, for messages.</param>
    /// <exception cref="MalformedImageException">A member is missing, of the wrong type or beyond the bounds.</exception>
    public static Descriptor Read(JsonElement element, string where) => DescriptorJson.Read(element, where);

    internal static IReadOnlyDictionary<string, string> EmptyAnnotations { get; } = new Dictionary<string, string>();

    /// <summary>A copy with one annotation set, or removed where <paramref name="value"/> is null.</summary>
    public Descriptor WithAnnotation(string name, string? value)
    {
        var copy = new Dictionary<string, string>(Annotations);
        if (value is null) copy.Remove(name);
        else copy[name] = value;
        return this with { Annotations = copy };
    }
}
