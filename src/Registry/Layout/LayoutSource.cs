using Coffer.Oci;

namespace Coffer.Registry.Layout;

/// <summary>Reads an image from a layout's files, in a directory or an archive.</summary>
internal class LayoutSource : IImageSource
{
    private readonly ILayoutFiles _files;

    protected LayoutSource(ILayoutFiles files, string location, Descriptor entry)
    {
        _files = files;
        Location = location;
        Entry = entry;
    }

    public string Location { get; }

    /// <summary>What the location means in <c>index.json</c>.</summary>
    protected Descriptor Entry { get; }

    /// <summary>Opens the image that <paramref name="reference"/> names. The source owns <paramref name="files"/>, also when this throws.</summary>
    public static LayoutSource Open(ILayoutFiles files, string location, string? reference)
    {
        try { return new LayoutSource(files, location, Find(files, location, reference)); }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    protected static Descriptor Find(ILayoutFiles files, string location, string? reference)
    {
        LayoutReader.CheckVersion(files, location);
        var index = LayoutReader.ReadIndex(files, location) ?? throw new CofferException($"{location}: the layout has no index.json");
        if (LayoutReference.DigestOf(reference) is not { } digest) return LayoutIndex.Select(index, reference, location);
        return LayoutGraph.Reachable(files, index.Manifests, location).GetValueOrDefault(digest)
            ?? throw new CofferException($"{location}: no image in index.json has that digest");
    }

    public ValueTask<Content> GetRootAsync(CancellationToken cancellationToken) => GetManifestAsync(Entry, cancellationToken);

    public ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(LayoutReader.ReadManifest(_files, descriptor, Location));
    }

    public ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(LayoutReader.OpenBlob(_files, descriptor, Location));
    }

    /// <summary>A layout has no place for signatures beside its images.</summary>
    public ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken) => new(false);

    public ValueTask DisposeAsync()
    {
        _files.Dispose();
        return ValueTask.CompletedTask;
    }
}
