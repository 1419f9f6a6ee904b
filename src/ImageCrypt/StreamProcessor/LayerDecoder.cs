using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.ImageCrypt.StreamProcessor;

/// <summary>Decrypts one layer as a stream processor of containerd does: from a pipe into a pipe.</summary>
public static class LayerDecoder
{
    /// <summary>
    /// Decrypts the payload's layer. The plaintext that leaves before the end is unauthenticated: a reader has to throw it
    /// away when this fails, as containerd does with what a failed processor gave. The last MiB leaves only after size,
    /// digest and MAC were found to hold.
    /// </summary>
    /// <param name="payload">Names the layer; stays the caller's.</param>
    /// <param name="keyFolder">The node's keys; null for none.</param>
    /// <param name="ciphertext">The layer; disposed.</param>
    /// <param name="plaintext">Gets what the layer was before its encryption; stays open.</param>
    /// <param name="note">Takes one line on each key that is left out because it cannot be used.</param>
    /// <param name="cancellationToken">Ends the work; what was written so far stays written.</param>
    /// <exception cref="NoUsableKeyException">No key and no provider opens the layer; its details name each with its reason.</exception>
    /// <exception cref="IntegrityException">Size, digest or MAC do not hold.</exception>
    /// <exception cref="CofferException">The annotations are malformed.</exception>
    public static async Task DecodeAsync(
        ProcessorPayload payload, string? keyFolder, Stream ciphertext, Stream plaintext, Action<string> note, CancellationToken cancellationToken)
    {
        var layer = payload.Layer;
        if (!EncAnnotations.IsEncrypted(layer.MediaType))
        {
            throw new CofferException(
                $"layer {layer.Digest} is not encrypted: its type is '{Printable.Of(layer.MediaType)}'",
                hint: "the stream processor's accepts may list encrypted types only");
        }
        using var keys = await new ProcessorKeys(note).CollectAsync(payload, keyFolder, cancellationToken).ConfigureAwait(false);
        using var opened = await keys.OpenAsync(layer, cancellationToken).ConfigureAwait(false);
        var decrypted = new DecryptStream(new VerifyingStream(ciphertext, layer), opened.Key, opened.Options, layer.Digest);
        await using (decrypted.ConfigureAwait(false))
        {
            await HeldBackCopy.RunAsync(decrypted, plaintext, cancellationToken).ConfigureAwait(false);
        }
    }
}
