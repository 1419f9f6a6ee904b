using Coffer.Oci;

namespace Coffer.Registry.Tests;

/// <summary>Moves a whole image over the seams, blob by blob, as commands do.</summary>
internal static class Copying
{
    public static async Task<Content> CopyAsync(string from, string to)
    {
        var none = CancellationToken.None;
        await using var source = await ImageLocation.Parse(from).OpenSourceAsync(new RegistryOptions(), none);
        await using var sink = await ImageLocation.Parse(to).OpenSinkAsync(new RegistryOptions(), none);
        var root = await source.GetRootAsync(none);
        await CopyPartsAsync(source, sink, root);
        await sink.CommitAsync(root, none);
        return root;
    }

    private static async Task CopyPartsAsync(IImageSource source, IImageSink sink, Content content)
    {
        var none = CancellationToken.None;
        if (MediaTypes.IsIndex(content.MediaType))
        {
            foreach (var child in ImageIndex.Parse(content).Manifests)
            {
                var manifest = await source.GetManifestAsync(child, none);
                await CopyPartsAsync(source, sink, manifest);
                await sink.PutManifestAsync(manifest, none);
            }
            return;
        }
        var parsed = Manifest.Parse(content);
        foreach (var blob in parsed.Layers.Prepend(parsed.Config))
        {
            if (await sink.TryReuseBlobAsync(source, blob, none)) continue;
            await using var stream = await source.OpenBlobAsync(blob, none);
            await sink.PutBlobAsync(stream, blob.Digest, blob.Size, none);
        }
    }
}
