using Coffer.Oci;

namespace Coffer.Registry.Layout;

/// <summary>Which manifests and indexes hang together.</summary>
internal static class LayoutGraph
{
    /// <summary>
    /// Every manifest and index that can be reached from <paramref name="roots"/>, the roots with them. What an index
    /// lists and the layout does not hold (a sparse copy) counts as reached and leads no further.
    /// </summary>
    /// <exception cref="CofferException">An index is damaged, or there are more, or deeper, than <see cref="OciLimits"/> allows.</exception>
    public static Dictionary<Digest, Descriptor> Reachable(ILayoutFiles files, IEnumerable<Descriptor> roots, string location)
    {
        var reached = new Dictionary<Digest, Descriptor>();
        var waiting = new Queue<(Descriptor Descriptor, int Depth)>(roots.Select(r => (r, 0)));
        while (waiting.TryDequeue(out var next))
        {
            if (!reached.TryAdd(next.Descriptor.Digest, next.Descriptor)) continue;
            if (reached.Count > OciLimits.Manifests) throw new MalformedImageException($"{location}: more than {OciLimits.Manifests} manifests hang together");
            if (!MediaTypes.IsIndex(next.Descriptor.MediaType) || files.SizeOf(LayoutNames.Blob(next.Descriptor.Digest)) is null) continue;
            if (next.Depth >= OciLimits.IndexDepth) throw new MalformedImageException($"{location}: indexes stand more than {OciLimits.IndexDepth} deep in each other");
            var index = ImageIndex.Parse(LayoutReader.ReadManifest(files, next.Descriptor, location));
            foreach (var child in index.Manifests) waiting.Enqueue((child, next.Depth + 1));
        }
        return reached;
    }
}
