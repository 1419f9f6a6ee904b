namespace Coffer.Registry;

/// <summary>One way to name and reach images; <see cref="Transports"/> lists them all.</summary>
internal interface ITransport
{
    /// <summary>What a location starts with, such as <c>oci:</c>.</summary>
    string Prefix { get; }

    /// <summary>Reads what follows <see cref="Prefix"/>.</summary>
    /// <exception cref="Oci.CofferException">It breaks the transport's grammar (<see cref="Oci.ExitStatus.Usage"/>).</exception>
    ImageLocation Parse(string text, string rest);

    ValueTask<Oci.IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken);

    ValueTask<Oci.IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken);

    /// <summary>True where writing <paramref name="destination"/> would replace what <paramref name="source"/> is read from.</summary>
    bool IsSame(ImageLocation source, ImageLocation destination);
}
