namespace Coffer.Oci;

/// <summary>Bounds on what comes from outside. Each is far above what real images use.</summary>
public static class OciLimits
{
    /// <summary>Largest manifest or index, in bytes: 4 MiB, the least that the distribution specification asks registries to take.</summary>
    public const int ManifestBytes = 4 * 1024 * 1024;

    /// <summary>Largest image config, in bytes.</summary>
    public const int ConfigBytes = 8 * 1024 * 1024;

    /// <summary>Most layers in one manifest.</summary>
    public const int Layers = 1024;

    /// <summary>Most entries in one index.</summary>
    public const int IndexEntries = 2048;

    /// <summary>How many indexes may stand inside each other.</summary>
    public const int IndexDepth = 4;

    /// <summary>Most manifests reachable from one root, over all its indexes.</summary>
    public const int Manifests = 4096;

    /// <summary>Largest blob, in bytes: 1 TiB.</summary>
    public const long BlobBytes = 1L << 40;

    /// <summary>Deepest JSON nesting.</summary>
    public const int JsonDepth = 64;
}
