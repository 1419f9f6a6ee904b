using Coffer.Oci;

namespace Coffer.ImageCrypt.Trees;

/// <summary>Every document of an image that a selection reaches, read before any blob is moved.</summary>
public sealed class ImageTree
{
    private ImageTree(ImageNode root, IReadOnlyList<Descriptor> leftOut)
    {
        Root = root;
        LeftOut = leftOut;
    }

    /// <summary>The root: what the location names, or the one instance that was selected from it.</summary>
    public ImageNode Root { get; }

    /// <summary>Index entries that the selection does not take.</summary>
    public IReadOnlyList<Descriptor> LeftOut { get; }

    /// <summary>The manifests, in index order.</summary>
    public IEnumerable<ManifestNode> Manifests => Walk(Root).OfType<ManifestNode>();

    /// <summary>Every document, children before the index that lists them.</summary>
    public IEnumerable<ImageNode> Nodes => Walk(Root);

    /// <summary>Reads the documents.</summary>
    /// <exception cref="CofferException">One is missing, damaged, malformed or beyond <see cref="OciLimits"/>, or no instance matches.</exception>
    public static async Task<ImageTree> ReadAsync(IImageSource source, InstanceSelection selection, CancellationToken cancellationToken)
    {
        var content = await source.GetRootAsync(cancellationToken).ConfigureAwait(false);
        var reader = new Reader(source);
        if (!MediaTypes.IsIndex(content.MediaType))
        {
            var root = await reader.ReadAsync(null, content, 0, cancellationToken).ConfigureAwait(false);
            if (selection is { Chosen: true, Platforms: { } wanted }) await CheckSingleAsync(source, root, wanted, cancellationToken).ConfigureAwait(false);
            return new ImageTree(root, []);
        }
        if (selection.Platforms is null) return new ImageTree(await reader.ReadAsync(null, content, 0, cancellationToken).ConfigureAwait(false), []);
        return await SelectAsync(reader, content, selection.Platforms, cancellationToken).ConfigureAwait(false);
    }

    // One platform gives its manifest as the new root, as skopeo does; several give an index of just those.
    private static async Task<ImageTree> SelectAsync(Reader reader, Content content, IReadOnlyList<Platform> wanted, CancellationToken cancellationToken)
    {
        var entries = await reader.FlattenAsync(content, 0, cancellationToken).ConfigureAwait(false);
        var chosen = new List<Descriptor>();
        foreach (var platform in wanted)
        {
            var match = entries.FirstOrDefault(e => platform.Matches(e.Platform)) ?? throw new CofferException(
                $"no instance for {platform} in {content.Digest}", ExitStatus.Failed,
                entries.Any(e => e.Platform is not null)
                    ? $"it has {string.Join(", ", entries.Where(e => e.Platform is not null).Select(e => Printable.Of(e.Platform!.ToString(), 60)).Distinct().Take(20))}; take all of them with --all"
                    : "its instances name no platform; take all of them with --all");
            if (!chosen.Contains(match)) chosen.Add(match);
        }
        var nodes = new List<ImageNode>();
        foreach (var entry in chosen) nodes.Add(await reader.FetchAsync(entry, 1, cancellationToken).ConfigureAwait(false));
        var leftOut = entries.Where(e => !chosen.Contains(e)).ToList();
        if (nodes.Count == 1) return new ImageTree(nodes[0] with { Entry = null }, leftOut);
        var index = ImageIndex.Parse(content).With(chosen);
        return new ImageTree(new IndexNode(null, index, nodes), leftOut);
    }

    private static async Task CheckSingleAsync(IImageSource source, ImageNode root, IReadOnlyList<Platform> wanted, CancellationToken cancellationToken)
    {
        if (root is not ManifestNode { Manifest: { IsImage: true } manifest }) return;
        var config = await source.ReadConfigAsync(manifest, cancellationToken).ConfigureAwait(false);
        if (!wanted.Any(p => p.Matches(config.Platform)))
        {
            throw new CofferException($"{source.Location} is a single image for {Printable.Of(config.Platform.ToString(), 60)}, not for {string.Join(", ", wanted)}");
        }
    }

    private static IEnumerable<ImageNode> Walk(ImageNode node) =>
        node is IndexNode index ? [.. index.Children.SelectMany(Walk), node] : [node];

    private sealed class Reader(IImageSource source)
    {
        private int _read;

        public async Task<ImageNode> FetchAsync(Descriptor entry, int depth, CancellationToken cancellationToken) =>
            await ReadAsync(entry, await source.GetManifestAsync(entry, cancellationToken).ConfigureAwait(false), depth, cancellationToken).ConfigureAwait(false);

        public async Task<ImageNode> ReadAsync(Descriptor? entry, Content content, int depth, CancellationToken cancellationToken)
        {
            Count(content, depth);
            if (MediaTypes.IsManifest(content.MediaType)) return new ManifestNode(entry, Manifest.Parse(content));
            if (!MediaTypes.IsIndex(content.MediaType))
            {
                if (entry is null) throw Unreadable(content);
                return new OpaqueNode(entry, content);
            }
            var index = ImageIndex.Parse(content);
            var children = new List<ImageNode>();
            foreach (var child in index.Manifests) children.Add(await FetchAsync(child, depth + 1, cancellationToken).ConfigureAwait(false));
            return new IndexNode(entry, index, children);
        }

        // Platform entries of nested indexes count as the outer index's own.
        public async Task<List<Descriptor>> FlattenAsync(Content content, int depth, CancellationToken cancellationToken)
        {
            Count(content, depth);
            var flat = new List<Descriptor>();
            foreach (var entry in ImageIndex.Parse(content).Manifests)
            {
                if (!MediaTypes.IsIndex(entry.MediaType)) flat.Add(entry);
                else flat.AddRange(await FlattenAsync(await source.GetManifestAsync(entry, cancellationToken).ConfigureAwait(false), depth + 1, cancellationToken).ConfigureAwait(false));
            }
            return flat;
        }

        private void Count(Content content, int depth)
        {
            if (depth > OciLimits.IndexDepth) throw new MalformedImageException($"index {content.Digest} stands {depth} levels deep; the most that is read is {OciLimits.IndexDepth}");
            if (++_read > OciLimits.Manifests) throw new MalformedImageException($"{source.Location} has more than {OciLimits.Manifests} manifests");
        }

        private static MalformedImageException Unreadable(Content content) =>
            content.MediaType.StartsWith(MediaTypes.DockerSchema1Prefix, StringComparison.Ordinal)
                ? new("Docker schema 1 images are not read", "convert it: skopeo copy --format oci SOURCE DESTINATION")
                : new($"{content.Digest} has media type '{Printable.Of(content.MediaType)}', which is no image");
    }
}
