namespace Coffer.Oci;

/// <summary>Media types of the OCI image specification 1.1 and of Docker's schema 2, and how the second become the first.</summary>
public static class MediaTypes
{
    /// <summary>An OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>An OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>An OCI image config.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>The empty JSON object that artifacts use where they have no config.</summary>
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";

    /// <summary>An uncompressed layer.</summary>
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>A gzip-compressed layer.</summary>
    public const string OciLayerGzip = OciLayer + "+gzip";

    /// <summary>A zstd-compressed layer.</summary>
    public const string OciLayerZstd = OciLayer + "+zstd";

    /// <summary>A layer that registries are asked not to distribute (deprecated by the specification).</summary>
    public const string OciForeignLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>A Docker schema 2 manifest.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>A Docker manifest list.</summary>
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>A Docker image config.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>A Docker layer without compression.</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>A Docker layer, gzip-compressed.</summary>
    public const string DockerLayerGzip = DockerLayer + ".gzip";

    /// <summary>A Docker layer, zstd-compressed.</summary>
    public const string DockerLayerZstd = DockerLayer + ".zstd";

    /// <summary>A Docker foreign layer without compression.</summary>
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";

    /// <summary>A Docker foreign layer, gzip-compressed.</summary>
    public const string DockerForeignLayerGzip = DockerForeignLayer + ".gzip";

    /// <summary>Docker schema 1, which nothing here reads.</summary>
    public const string DockerSchema1Prefix = "application/vnd.docker.distribution.manifest.v1+";

    /// <summary>What a registry is asked for when a manifest is fetched.</summary>
    public static IReadOnlyList<string> Roots { get; } = [OciManifest, OciIndex, DockerManifest, DockerIndex];

    /// <summary>True for a single image's manifest.</summary>
    public static bool IsManifest(string mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>True for an index or a manifest list.</summary>
    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerIndex;

    /// <summary>True for layers that live elsewhere and may not be pushed.</summary>
    public static bool IsForeignLayer(string mediaType) =>
        mediaType.StartsWith(OciForeignLayer, StringComparison.Ordinal) || mediaType.StartsWith(DockerForeignLayer, StringComparison.Ordinal);

    /// <summary>The OCI type that stands for a Docker one; any other type unchanged. A <c>+encrypted</c> suffix stays.</summary>
    public static string ToOci(string mediaType)
    {
        const string suffix = "+encrypted";
        if (mediaType.EndsWith(suffix, StringComparison.Ordinal)) return ToOci(mediaType[..^suffix.Length]) + suffix;
        return mediaType switch
        {
            DockerManifest => OciManifest,
            DockerIndex => OciIndex,
            DockerConfig => OciConfig,
            DockerLayer => OciLayer,
            DockerLayerGzip => OciLayerGzip,
            DockerLayerZstd => OciLayerZstd,
            DockerForeignLayer => OciForeignLayer,
            DockerForeignLayerGzip => OciForeignLayer + "+gzip",
            _ => mediaType,
        };
    }
}
