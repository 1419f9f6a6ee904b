using Coffer.Oci;
using Coffer.Registry.Files;

namespace Coffer.Registry.Layout;

/// <summary>An image in a layout directory, which can be edited where it stands.</summary>
internal sealed class LayoutImage : LayoutSource, IEditableImage
{
    private readonly string _directory;
    private readonly LayoutFiles _files;
    private readonly string? _reference;

    private LayoutImage(LayoutFiles files, string directory, string location, string? reference, Descriptor entry)
        : base(files, location, entry)
    {
        _files = files;
        _directory = directory;
        _reference = reference;
    }

    public static LayoutImage Open(string directory, string location, string? reference)
    {
        var files = new LayoutFiles(directory);
        return new LayoutImage(files, directory, location, reference, Find(files, location, reference));
    }

    /// <inheritdoc/>
    public IImageSink OpenForEditing()
    {
        if (LayoutReference.DigestOf(_reference) is not null)
        {
            throw new CofferException($"{Location} cannot be edited in place: a digest always names the same bytes", ExitStatus.Usage, "name the image by its ref, or give a destination");
        }
        return LayoutSink.OpenForEditing(_directory, Location, Entry);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Digest>> RetireAsync(Content oldRoot, Content newRoot, bool deleteInRegistry, CancellationToken cancellationToken)
    {
        try
        {
            using var held = await DirectoryLock.AcquireAsync(_directory, cancellationToken).ConfigureAwait(false);
            var index = LayoutReader.ReadIndex(_files, Location) ?? throw new CofferException($"{Location}: the layout has no index.json");
            var kept = LayoutGraph.Reachable(_files, index.Manifests, Location);
            var old = LayoutGraph.Reachable(_files, [oldRoot.Descriptor], Location);
            foreach (var (digest, descriptor) in old)
            {
                if (!kept.ContainsKey(digest) && IsManifest(descriptor)) File.Delete(Path.Combine(_directory, LayoutNames.Blob(digest)));
            }
            return [.. old.Keys.Where(kept.ContainsKey).Where(d => !IsPartOf(d, newRoot))];
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"remove the replaced manifest from {Location}");
        }
    }

    // A child that the new index still lists was not replaced: that it can be fetched is no news.
    private bool IsPartOf(Digest digest, Content newRoot) => LayoutGraph.Reachable(_files, [newRoot.Descriptor], Location).ContainsKey(digest);

    // An index may call anything a manifest; only what really is one goes.
    private bool IsManifest(Descriptor descriptor)
    {
        if (_files.SizeOf(LayoutNames.Blob(descriptor.Digest)) is null) return false;
        try
        {
            var content = LayoutReader.ReadManifest(_files, descriptor, Location);
            if (MediaTypes.IsIndex(content.MediaType)) ImageIndex.Parse(content);
            else Manifest.Parse(content);
            return true;
        }
        catch (CofferException)
        {
            return false;
        }
    }
}
