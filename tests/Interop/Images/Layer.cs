using System.IO.Compression;
using System.Security.Cryptography;
using Coffer.Support;

namespace Coffer.Interop.Images;

/// <summary>A layer as it was found in a layout.</summary>
internal sealed record Layer(string MediaType, string Digest, ReadOnlyMemory<byte> Blob)
{
    /// <summary>The digest of the tar, which is what an image config calls the layer's diff ID.</summary>
    public async Task<string> DiffIdAsync() => $"sha256:{Convert.ToHexStringLower(SHA256.HashData((await TarAsync()).Span))}";

    private async Task<ReadOnlyMemory<byte>> TarAsync()
    {
        if (MediaType.EndsWith("tar+zstd", StringComparison.Ordinal))
            return (await Tool.RunAsync(Peers.Require("zstd"), ["-d", "-c"], new ToolOptions { Input = Blob })).ShouldSucceed().OutputBytes;
        if (!MediaType.EndsWith("tar+gzip", StringComparison.Ordinal))
            return Blob;
        using var gzip = new GZipStream(new MemoryStream(Blob.ToArray()), CompressionMode.Decompress);
        using var tar = new MemoryStream();
        await gzip.CopyToAsync(tar);
        return tar.ToArray();
    }
}
