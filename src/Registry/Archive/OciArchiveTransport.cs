using Coffer.Oci;
using Coffer.Registry.Files;
using Coffer.Registry.Layout;

namespace Coffer.Registry.Archive;

/// <summary><c>oci-archive:file[:ref]</c>: an OCI layout in a tar file.</summary>
internal sealed class OciArchiveTransport : ITransport
{
    public string Prefix => "oci-archive:";

    public ImageLocation Parse(string text, string rest)
    {
        var (path, reference) = LayoutReference.Split(text, rest);
        return new ImageLocation(this, text, path, reference);
    }

    public async ValueTask<IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken)
    {
        var archive = await TarArchive.OpenAsync(location.Path, location.Text, cancellationToken).ConfigureAwait(false);
        return LayoutSource.Open(new ArchiveLayoutFiles(archive), location.Text, location.Reference);
    }

    public async ValueTask<IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken)
    {
        LayoutReference.CheckWritable(location.Text, location.Reference);
        return await OciArchiveSink.OpenAsync(location, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writing an archive replaces the whole file, whatever image it is read for.</summary>
    public bool IsSame(ImageLocation source, ImageLocation destination) =>
        Posix.RealPath(source.Path) is { } path && Posix.RealPath(destination.Path) == path;
}
