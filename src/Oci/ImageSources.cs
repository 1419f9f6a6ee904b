namespace Coffer.Oci;

/// <summary>What every reader of images needs beside the seam itself.</summary>
public static class ImageSources
{
    /// <summary>Reads a small blob whole, checked against its descriptor.</summary>
    /// <param name="source">The image.</param>
    /// <param name="descriptor">The blob.</param>
    /// <param name="most">Most bytes that are read.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="cancellationToken">Abandons the read.</param>
    /// <exception cref="MalformedImageException">The descriptor promises more than <paramref name="most"/> bytes.</exception>
    /// <exception cref="IntegrityException">Size or digest differ.</exception>
    public static async ValueTask<byte[]> ReadBlobAsync(
        this IImageSource source, Descriptor descriptor, int most, string what, CancellationToken cancellationToken)
    {
        if (descriptor.Size > most) throw new MalformedImageException($"{what} {descriptor.Digest} has {descriptor.Size} bytes; the most that is read is {most}");
        var stream = await source.OpenBlobAsync(descriptor, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[descriptor.Size];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            // The verdict comes with the end of the stream.
            if (await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0) throw new IntegrityException($"{what} {descriptor.Digest} is longer than promised");
            return bytes;
        }
    }

    /// <summary>Reads and parses an image's config.</summary>
    /// <exception cref="CofferException">It is not there, damaged, malformed or too large.</exception>
    public static async ValueTask<ImageConfig> ReadConfigAsync(this IImageSource source, Manifest manifest, CancellationToken cancellationToken) =>
        ImageConfig.Parse(await source.ReadBlobAsync(manifest.Config, OciLimits.ConfigBytes, "image config", cancellationToken).ConfigureAwait(false));
}
