using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Layout;

/// <summary>Reads a layout's documents and blobs, each checked against its descriptor.</summary>
internal static class LayoutReader
{
    private const int VersionBytes = 4096;

    /// <exception cref="CofferException">There is no layout, or one of a version that is not known.</exception>
    public static void CheckVersion(ILayoutFiles files, string location)
    {
        var bytes = ReadSmall(files, LayoutNames.Version, VersionBytes)
            ?? throw new CofferException($"{location}: there is no OCI layout (no file '{LayoutNames.Version}')", hint: "check the path; oci:DIR names a directory that holds oci-layout, index.json and blobs");
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("imageLayoutVersion", out var version)
                && version.ValueKind == JsonValueKind.String
                && version.ValueEquals("1.0.0"))
            {
                return;
            }
        }
        catch (JsonException e)
        {
            throw new MalformedImageException($"{location}: the file '{LayoutNames.Version}' is not JSON", inner: e);
        }
        throw new MalformedImageException($"{location}: the layout's version is not 1.0.0");
    }

    /// <summary><c>index.json</c>; null where there is none.</summary>
    public static ImageIndex? ReadIndex(ILayoutFiles files, string location)
    {
        if (ReadSmall(files, LayoutNames.Index, OciLimits.ManifestBytes) is not { } bytes) return null;
        try
        {
            return ImageIndex.Parse(Content.Of("", bytes));
        }
        catch (MalformedImageException e)
        {
            throw new MalformedImageException($"{location}: index.json: {e.Message}", e.Hint, e);
        }
    }

    /// <exception cref="CofferException">The manifest is not there, too large, or not what the descriptor promises.</exception>
    public static Content ReadManifest(ILayoutFiles files, Descriptor descriptor, string location)
    {
        if (descriptor.Size > OciLimits.ManifestBytes)
        {
            throw new MalformedImageException($"{location}: manifest {descriptor.Digest} has {descriptor.Size} bytes; the most that is read is {OciLimits.ManifestBytes}");
        }
        var bytes = ReadSmall(files, LayoutNames.Blob(descriptor.Digest), OciLimits.ManifestBytes) ?? throw Missing(descriptor, location);
        var content = Content.Verified(descriptor, bytes);
        return content.MediaType.Length > 0 ? content : content with { MediaType = RootDocument.SniffMediaType(bytes, $"manifest {descriptor.Digest}") };
    }

    /// <summary>A verifying stream over a blob; the caller disposes it.</summary>
    public static Stream OpenBlob(ILayoutFiles files, Descriptor descriptor, string location)
    {
        var name = LayoutNames.Blob(descriptor.Digest);
        var size = files.SizeOf(name) ?? throw Missing(descriptor, location);
        // A device or a pipe claims to be empty: it is never opened, for that could wait for ever.
        if (size != descriptor.Size)
        {
            throw new IntegrityException($"{location}: blob {descriptor.Digest} has {size} bytes where its descriptor promises {descriptor.Size}", "the copy is truncated or damaged: fetch or build the image again");
        }
        return new VerifyingStream(size == 0 ? Stream.Null : files.Open(name), descriptor);
    }

    private static byte[]? ReadSmall(ILayoutFiles files, string name, int most)
    {
        if (files.SizeOf(name) is not { } size) return null;
        if (size > most) throw new MalformedImageException($"{Path.GetFileName(name)} has {size} bytes; the most that is read is {most}");
        if (size == 0) return [];
        var bytes = new byte[size];
        try
        {
            using var stream = files.Open(name);
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count == bytes.Length ? bytes : bytes[..count];
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"read {name}");
        }
    }

    private static CofferException Missing(Descriptor descriptor, string location) =>
        new($"{location}: blob {descriptor.Digest} is not in the layout", hint: "the layout is incomplete, perhaps a sparse copy: fetch the image again with all its parts");
}
