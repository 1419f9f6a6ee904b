using Coffer.Oci;
using Coffer.Registry.Remote;

namespace Coffer.Registry;

/// <summary><c>docker://host[:port]/name[:tag|@digest]</c>: an image in a registry.</summary>
internal sealed class DockerTransport : ITransport
{
    public string Prefix => "docker://";

    public ImageLocation Parse(string text, string rest)
    {
        _ = ImageReference.Parse(rest);
        return new ImageLocation(this, text, rest, null);
    }

    public async ValueTask<IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) =>
        await RemoteImage.OpenSourceAsync(ImageReference.Parse(location.Path), options, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) =>
        await RemoteImage.OpenSinkAsync(ImageReference.Parse(location.Path), options, cancellationToken).ConfigureAwait(false);

    public bool IsSame(ImageLocation source, ImageLocation destination)
    {
        var (from, to) = (ImageReference.Parse(source.Path), ImageReference.Parse(destination.Path));
        return from.Host.Equals(to.Host, StringComparison.OrdinalIgnoreCase) && from.Repository == to.Repository && from.Version == to.Version;
    }
}
