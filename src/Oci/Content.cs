namespace Coffer.Oci;

/// <summary>A manifest or index as it travels: its exact bytes, its media type and its digest.</summary>
/// <param name="MediaType">As the server, the layout or the document itself names it.</param>
/// <param name="Bytes">At most <see cref="OciLimits.ManifestBytes"/>; passed on unchanged.</param>
/// <param name="Digest">Of <paramref name="Bytes"/>.</param>
public sealed record Content(string MediaType, ReadOnlyMemory<byte> Bytes, Digest Digest)
{
    /// <summary>Content under its sha256 digest.</summary>
    public static Content Of(string mediaType, ReadOnlyMemory<byte> bytes) => new(mediaType, bytes, Digest.Of(bytes.Span));

    /// <summary>Media type, digest and size, with nothing else said.</summary>
    public Descriptor Descriptor => new(MediaType, Digest, Bytes.Length);

    /// <summary>Checks bytes against what a descriptor promised.</summary>
    /// <exception cref="IntegrityException">Size or digest differ.</exception>
    public static Content Verified(Descriptor expected, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length != expected.Size)
        {
            throw new IntegrityException($"{expected.Digest} has {bytes.Length} bytes where {expected.Size} were promised");
        }
        var actual = expected.Digest.OfSameKind(bytes.Span);
        if (actual != expected.Digest) throw new IntegrityException($"{expected.Digest} really hashes to {actual}");
        return new Content(expected.MediaType, bytes, expected.Digest);
    }
}
