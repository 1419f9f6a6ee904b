using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Decrypt;

/// <summary>Decrypts one layer whose key is open. The destination shows nothing before MAC and digests were checked.</summary>
internal sealed class DecryptLayer(OpenedLayer opened, Digest? diffId, bool strict) : ILayerChange
{
    public string Doing => "decrypting";

    // Equal ciphertext under other annotations could be opened by another key: only equal both ways is the same work.
    public string Key { get; } = $"decrypt {opened.Layer.Descriptor.Digest} {diffId} {string.Join(' ', opened.Layer.Descriptor.Annotations
        .Where(a => a.Key.StartsWith(EncAnnotations.Prefix, StringComparison.Ordinal))
        .OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"))}";

    public async Task<Func<Descriptor, Descriptor>> RunAsync(Descriptor layer, BlobTransfer transfer, CancellationToken cancellationToken)
    {
        var plainType = layer.MediaType[..^EncAnnotations.MediaTypeSuffix.Length];
        var stored = await transfer.PutAsync(layer, Decrypt, null, layer.Size, cancellationToken).ConfigureAwait(false);
        if (opened.Key.PlainDigest is { Algorithm: "sha256" } promised && promised != stored.Digest)
        {
            transfer.Log.Warn($"layer {layer.Digest} decrypts to {stored.Digest}, but its writer recorded {promised}");
        }
        return original => Rewrite(original, plainType, stored);

        Stream Decrypt(Stream ciphertext)
        {
            Stream plaintext = new DecryptStream(ciphertext, opened.Key, opened.Options, layer.Digest);
            if (strict) plaintext = PlainDigestStream.Over(plaintext, layer, opened.Key.PlainDigest);
            return diffId is { } id ? new DiffIdStream(plaintext, plainType, id, layer.Digest) : plaintext;
        }
    }

    private static Descriptor Rewrite(Descriptor original, string plainType, StoredBlob stored) => original with
    {
        MediaType = plainType,
        Digest = stored.Digest,
        Size = stored.Size,
        Annotations = new Dictionary<string, string>(original.Annotations.Where(a => !a.Key.StartsWith(EncAnnotations.Prefix, StringComparison.Ordinal))),
    };

    public void Dispose() => opened.Dispose();
}
