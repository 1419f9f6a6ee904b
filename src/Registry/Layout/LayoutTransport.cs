using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Layout;

/// <summary><c>oci:dir[:ref]</c>: an OCI layout in a directory.</summary>
internal sealed class LayoutTransport : ITransport
{
    public string Prefix => "oci:";

    public ImageLocation Parse(string text, string rest)
    {
        var (path, reference) = LayoutReference.Split(text, rest);
        return new ImageLocation(this, text, path, reference);
    }

    public ValueTask<IImageSource> OpenSourceAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken) =>
        new(LayoutImage.Open(location.Path, location.Text, location.Reference));

    public async ValueTask<IImageSink> OpenSinkAsync(ImageLocation location, RegistryOptions options, CancellationToken cancellationToken)
    {
        LayoutReference.CheckWritable(location.Text, location.Reference);
        return await LayoutSink.OpenAsync(location.Path, location.Text, location.Reference, cancellationToken).ConfigureAwait(false);
    }

    public bool IsSame(ImageLocation source, ImageLocation destination)
    {
        if (Posix.RealPath(source.Path) is not { } from || Posix.RealPath(destination.Path) != from) return false;
        if (source.Reference == destination.Reference) return true;
        try
        {
            // The bare path or a position means an entry whose name the destination may spell out.
            var index = LayoutReader.ReadIndex(new LayoutFiles(source.Path), source.Text);
            return index is not null && LayoutIndex.NameOf(LayoutIndex.Select(index, source.Reference, source.Text)) == destination.Reference;
        }
        catch (CofferException)
        {
            // No such source: opening it will say so better.
            return false;
        }
    }
}
