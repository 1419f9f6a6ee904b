using Coffer.Oci;

namespace Coffer.ImageCrypt.Layers;

/// <summary>Which layers the format can encrypt: tar layers, uncompressed, gzip or zstd, in OCI's or Docker's type.</summary>
public static class EncryptableTypes
{
    /// <summary>True if a layer of this type can be encrypted. Foreign layers are left alone.</summary>
    public static bool Includes(string mediaType) =>
        MediaTypes.ToOci(mediaType) is MediaTypes.OciLayer or MediaTypes.OciLayerGzip or MediaTypes.OciLayerZstd;
}
