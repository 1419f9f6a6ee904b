namespace Coffer.ImageCrypt.KeyWrap;

/// <summary>Wraps layer keys for recipients resolved beforehand. Safe for several layers at once.</summary>
public interface IKeyWrapper : IDisposable
{
    /// <summary>The annotation name that packets go under.</summary>
    string Annotation { get; }

    /// <summary>
    /// Makes one packet. Before the first layer is read it is tried once on a throw-away key, so that a recipient which
    /// cannot be served fails early.
    /// </summary>
    /// <param name="privateOptions">The private options as JSON in UTF-8, 193 bytes with a sha256 digest; not kept.</param>
    /// <param name="cancellationToken">Ends waiting for a token or provider.</param>
    /// <exception cref="Oci.CofferException">The recipient refused, or answered with nothing.</exception>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken);
}
