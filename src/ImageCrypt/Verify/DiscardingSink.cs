using System.Buffers;
using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Verify;

/// <summary>A sink that reads to the end, hashes and throws away: what verification writes to.</summary>
public sealed class DiscardingSink : IImageSink
{
    private const int BufferBytes = 256 * 1024;

    /// <inheritdoc/>
    public string Location => "nowhere";

    /// <summary>Never: what is not read is not verified.</summary>
    public ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public async ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        var hashed = content is IHashedContent { IsHashing: true } own ? own : null;
        // A known digest was promised by a stream that checks it; a stream that hashes anyway does it for both.
        using var hash = expected is not null || hashed is not null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long total = 0;
        try
        {
            int count;
            while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash?.AppendData(buffer, 0, count);
                total += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
        return new StoredBlob(expected ?? hashed?.Sha256 ?? Digest.FromHash(hash!.GetHashAndReset()), total);
    }

    /// <inheritdoc/>
    public ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask CommitAsync(Content root, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
