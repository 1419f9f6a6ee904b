using Coffer.Oci;

namespace Coffer.Registry;

/// <summary><c>docker://host[:port]/name[:tag|@digest]</c>: an image in a registry.</summary>
internal sealed class DockerTransport : ITransport
{
    public string Prefix => "docker://";

    public ImageLocation Parse(string text, string rest) => new(this, text, rest, null);

    public ValueTask<IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) => throw NotAvailable(location);

    public ValueTask<IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) => throw NotAvailable(location);

    public bool IsSame(ImageLocation source, ImageLocation destination) => source.Path == destination.Path;

    private static CofferException NotAvailable(ImageLocation location) => new($"{location} cannot be opened: registries are not available in this build");
}
