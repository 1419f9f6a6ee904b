using Coffer.Oci;

namespace Coffer.Registry.Layout;

/// <summary>The names of files in a layout.</summary>
internal static class LayoutNames
{
    public const string Version = "oci-layout";
    public const string Index = "index.json";
    public const string Blobs = "blobs";

    /// <summary>What <see cref="Version"/> holds.</summary>
    public const string VersionText = """{"imageLayoutVersion":"1.0.0"}""";

    /// <summary><c>blobs/algorithm/hex</c>; a digest has neither dots nor slashes in it.</summary>
    public static string Blob(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest.Hex}";
}
