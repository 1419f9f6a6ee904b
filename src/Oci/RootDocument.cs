namespace Coffer.Oci;

/// <summary>What manifests and indexes have in common at the top.</summary>
public static class RootDocument
{
    /// <summary>
    /// The media type of a manifest or index whose carrier names none or a vague one (a plain JSON content type, say):
    /// the document's own <c>mediaType</c>, else what its members show.
    /// </summary>
    /// <exception cref="MalformedImageException">It is neither a manifest nor an index.</exception>
    public static string SniffMediaType(ReadOnlyMemory<byte> bytes, string where)
    {
        using var json = OciJson.Parse(bytes, where);
        var members = new StrictObject(json.RootElement, where, ["mediaType", "manifests", "layers", "schemaVersion"]);
        if (members.OptionalString("mediaType") is { Length: > 0 } declared) return declared;
        if (members.Optional("manifests") is not null) return MediaTypes.OciIndex;
        if (members.Optional("layers") is not null) return MediaTypes.OciManifest;
        throw new MalformedImageException($"{where} is neither an image manifest nor an index");
    }

    // A document that calls itself something else than its carrier does is two things to two readers (CVE-2021-41190).
    internal static string CheckVersion(StrictObject members, Content content)
    {
        var version = members.RequiredInt64("schemaVersion");
        if (version != 2)
        {
            throw new MalformedImageException($"manifest {content.Digest} has schemaVersion {version}; only 2 is read", "convert the image, for example with skopeo copy --format oci");
        }
        var declared = members.OptionalString("mediaType");
        if (string.IsNullOrEmpty(declared)) return content.MediaType;
        if (content.MediaType.Length > 0 && declared != content.MediaType)
        {
            throw new MalformedImageException($"manifest {content.Digest} is served as {Printable.Of(content.MediaType)} but calls itself {Printable.Of(declared)}");
        }
        return declared;
    }
}
