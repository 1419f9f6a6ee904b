using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Encrypt;

/// <summary>Encrypts one layer under a fresh key and wraps that key for the recipients.</summary>
internal sealed class EncryptLayer(Descriptor layer, RecipientSet recipients) : ILayerChange
{
    private LayerKey? _key;

    public string Doing => "encrypting";

    public string Key { get; } = $"encrypt {layer.Digest}";

    public async Task<Func<Descriptor, Descriptor>> RunAsync(Descriptor layer, BlobTransfer transfer, CancellationToken cancellationToken)
    {
        EncryptStream? encrypting = null;
        var stored = await transfer.PutAsync(layer, plaintext => encrypting = Encrypt(plaintext, layer), null, layer.Size, cancellationToken).ConfigureAwait(false);
        var annotations = new List<KeyValuePair<string, string>>(await recipients.WrapAsync(_key!, cancellationToken).ConfigureAwait(false))
        {
            new(EncAnnotations.PublicOptions, PublicOptions.Write(encrypting!.Mac)),
        };
        return original => Rewrite(original, stored, annotations);
    }

    // Called once per attempt: a retry never meets an old key stream.
    private EncryptStream Encrypt(Stream plaintext, Descriptor layer)
    {
        _key?.Dispose();
        _key = LayerKey.Generate(layer.Digest);
        return new EncryptStream(plaintext, _key);
    }

    private static Descriptor Rewrite(Descriptor original, StoredBlob stored, IEnumerable<KeyValuePair<string, string>> annotations)
    {
        var all = new Dictionary<string, string>(original.Annotations.Where(a => !a.Key.StartsWith(EncAnnotations.Prefix, StringComparison.Ordinal)));
        // One scheme may make several packets: the annotation lists them.
        foreach (var (name, value) in annotations) all[name] = all.TryGetValue(name, out var earlier) ? $"{earlier},{value}" : value;
        return original with
        {
            MediaType = MediaTypes.ToOci(original.MediaType) + EncAnnotations.MediaTypeSuffix,
            Digest = stored.Digest,
            Size = stored.Size,
            Urls = [],
            Annotations = all,
        };
    }

    public void Dispose() => _key?.Dispose();
}
