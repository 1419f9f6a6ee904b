using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Layout;

namespace Coffer.Registry.Archive;

/// <summary>One image in a Docker archive's <c>manifest.json</c>: names of files in the archive, and tags.</summary>
internal sealed record DockerArchiveEntry(string Config, IReadOnlyList<string> Layers, IReadOnlyList<string> Tags);

/// <summary>Reads <c>manifest.json</c> of a Docker archive (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format").</summary>
internal static class DockerArchiveList
{
    public const string Name = "manifest.json";
    private const int Images = 1024;
    private const int TagsShown = 20;

    public static IReadOnlyList<DockerArchiveEntry> Read(TarArchive archive)
    {
        var member = archive.Find(Name) ?? throw new CofferException($"{archive.Location}: the archive has no {Name}", hint: "docker-archive reads what docker save wrote; a layout in a tar file is oci-archive:FILE");
        try
        {
            using var json = JsonDocument.Parse(archive.Read(member, OciLimits.ManifestBytes), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() is 0 or > Images) throw Bad(archive, "is not a list of images");
            return [.. root.EnumerateArray().Select(image => Entry(archive, image))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad(archive, "is not valid JSON", e);
        }
    }

    /// <summary>The image that <paramref name="reference"/> means: a tag, or <c>@N</c>, or the only one.</summary>
    public static DockerArchiveEntry Select(IReadOnlyList<DockerArchiveEntry> images, string? reference, string location)
    {
        if (LayoutReference.Index(reference) is { } position)
        {
            return position < images.Count ? images[position] : throw new CofferException($"{location}: the archive has {images.Count} images, the last is @{images.Count - 1}", hint: Tags(images));
        }
        if (reference is null)
        {
            return images.Count == 1 ? images[0] : throw new CofferException($"{location}: there are {images.Count} images; say which one", hint: Tags(images));
        }
        var meant = WithTag(reference);
        var named = images.Where(i => i.Tags.Any(t => t == meant)).ToList();
        if (named.Count == 0) named = [.. images.Where(i => i.Tags.Any(t => IsTail(t, meant) || IsTail(meant, t)))];
        return named.Count switch
        {
            1 => named[0],
            0 => throw new CofferException($"{location}: no image is tagged '{Printable.Of(meant)}'", hint: Tags(images)),
            _ => throw new CofferException($"{location}: '{Printable.Of(meant)}' can mean {named.Count} images", hint: Tags(images)),
        };
    }

    private static DockerArchiveEntry Entry(TarArchive archive, JsonElement image)
    {
        if (image.ValueKind != JsonValueKind.Object) throw Bad(archive, "has an image that is not an object");
        if (!image.TryGetProperty("Config", out var config) || config.ValueKind != JsonValueKind.String) throw Bad(archive, "has an image without Config");
        var layers = Strings(archive, image, "Layers");
        if (layers.Count > OciLimits.Layers) throw Bad(archive, $"has an image with {layers.Count} layers; the most that is read is {OciLimits.Layers}");
        return new DockerArchiveEntry(
            TarNames.Clean(config.GetString()!, archive.Location),
            [.. layers.Select(l => TarNames.Clean(l, archive.Location))],
            Strings(archive, image, "RepoTags"));
    }

    private static List<string> Strings(TarArchive archive, JsonElement image, string name)
    {
        if (!image.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String)) throw Bad(archive, $"has {name} that are not a list of strings");
        return [.. list.EnumerateArray().Select(e => e.GetString()!)];
    }

    // The last part decides: a port has a colon too.
    private static string WithTag(string reference) =>
        reference[(reference.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal) ? reference : reference + ":latest";

    // Tools differ in whether they write out the default registry's name.
    private static bool IsTail(string whole, string tail) => whole.EndsWith("/" + tail, StringComparison.Ordinal);

    private static string Tags(IReadOnlyList<DockerArchiveEntry> images) =>
        "there are: " + string.Join(", ", images.Select((image, i) => image.Tags.Count > 0 ? Printable.Of(image.Tags[0], 100) : $"@{i}").Take(TagsShown));

    private static MalformedImageException Bad(TarArchive archive, string what, Exception? inner = null) => new($"{archive.Location}: {Name} in the archive {what}", inner: inner);
}
