using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Registry.Layout;

namespace Coffer.Registry.Archive;

/// <summary><c>docker-archive:file[:ref]</c>: what <c>docker save</c> writes. Only read.</summary>
internal sealed class DockerArchiveTransport : ITransport
{
    public string Prefix => "docker-archive:";

    public ImageLocation Parse(string text, string rest)
    {
        var (path, reference) = LayoutReference.Split(text, rest);
        return new ImageLocation(this, text, path, reference);
    }

    public async ValueTask<IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken)
    {
        var archive = await TarArchive.OpenAsync(location.Path, location.Text, cancellationToken).ConfigureAwait(false);
        try
        {
            // What newer tools save as a plain layout has no list of Docker's own.
            return archive.Find(DockerArchiveList.Name) is null && archive.Find(LayoutNames.Index) is not null
                ? LayoutSource.Open(new ArchiveLayoutFiles(archive), location.Text, location.Reference)
                : await DockerArchiveSource.OpenAsync(archive, location.Reference, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public ValueTask<IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) =>
        throw new CofferException(
            $"{location} cannot be written: Docker's archives cannot carry encrypted layers",
            ExitStatus.Usage,
            "write oci-archive:FILE:TAG; skopeo copy oci-archive:FILE:TAG docker-archive:FILE2 converts an image that is not encrypted");

    public bool IsSame(ImageLocation source, ImageLocation destination) =>
        Posix.RealPath(source.Path) is { } path && Posix.RealPath(destination.Path) == path;
}
