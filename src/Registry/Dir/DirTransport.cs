using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Registry.Layout;

namespace Coffer.Registry.Dir;

/// <summary><c>dir:path</c>: skopeo's directory of one image, its manifest and its blobs side by side.</summary>
internal sealed class DirTransport : ITransport
{
    public string Prefix => "dir:";

    // The whole rest is the path, colons with it.
    public ImageLocation Parse(string text, string rest) => rest.Length > 0 && !rest.Contains('\0', StringComparison.Ordinal)
        ? new ImageLocation(this, text, rest, null)
        : throw new CofferException($"'{Printable.Of(text)}' names no path", ExitStatus.Usage, "write dir:path");

    public ValueTask<IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) =>
        new(DirSource.Open(new LayoutFiles(location.Path), location));

    public async ValueTask<IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) =>
        await DirSink.OpenAsync(location.Path, location.Text, cancellationToken).ConfigureAwait(false);

    public bool IsSame(ImageLocation source, ImageLocation destination) =>
        Posix.RealPath(source.Path) is { } path && Posix.RealPath(destination.Path) == path;
}
