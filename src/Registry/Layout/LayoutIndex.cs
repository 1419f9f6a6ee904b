using Coffer.Oci;

namespace Coffer.Registry.Layout;

/// <summary>The entries of <c>index.json</c>: which one a reference means, and how one is put or replaced. Others stay as they are.</summary>
internal static class LayoutIndex
{
    private const string RefName = "org.opencontainers.image.ref.name";
    private const int NamesShown = 20;

    public static string? NameOf(Descriptor entry) => entry.Annotations.GetValueOrDefault(RefName);

    /// <exception cref="CofferException">No entry, or more than one, is meant.</exception>
    public static Descriptor Select(ImageIndex index, string? reference, string location)
    {
        var entries = index.Manifests;
        if (entries.Count == 0) throw new CofferException($"{location}: there is no image in index.json");
        if (LayoutReference.Index(reference) is { } position)
        {
            return position < entries.Count ? entries[position]
                : throw new CofferException($"{location}: index.json has {entries.Count} entries, the last is @{entries.Count - 1}", hint: Names(entries));
        }
        if (reference is null)
        {
            return entries.Count == 1 ? entries[0]
                : throw new CofferException($"{location}: there are {entries.Count} images; say which one", hint: Names(entries));
        }
        var named = entries.Where(e => NameOf(e) == reference).ToList();
        return named.Count switch
        {
            1 => named[0],
            0 => throw new CofferException($"{location}: no image is called '{Printable.Of(reference)}'", hint: Names(entries)),
            _ => throw new CofferException($"{location}: {named.Count} entries of index.json are called '{Printable.Of(reference)}'", hint: "name one by its position (path:@N) or digest (path@sha256:...)"),
        };
    }

    /// <summary>
    /// The index with <paramref name="root"/> under <paramref name="name"/>: in the place of what had that name, else at
    /// the end. Without a name it takes the place of the only nameless entry, for that is what the bare path means.
    /// </summary>
    public static ImageIndex Put(ImageIndex index, string? name, Descriptor root)
    {
        var entry = root.WithAnnotation(RefName, name);
        var same = index.Manifests.Where(e => NameOf(e) == name).ToList();
        if (name is null && same.Count != 1) same = [.. same.Where(e => e.Digest == root.Digest)];
        var entries = index.Manifests.ToList();
        if (same.Count == 0)
        {
            entries.Add(entry);
        }
        else
        {
            entries[entries.IndexOf(same[0])] = entry;
            foreach (var other in same.Skip(1)) entries.Remove(other);
        }
        return index.With(entries);
    }

    /// <summary>The index with one entry pointing elsewhere; the entry's annotations and other members stay.</summary>
    /// <exception cref="CofferException">The entry is no longer what was read.</exception>
    public static ImageIndex Replace(ImageIndex index, Descriptor old, Descriptor root, string location)
    {
        var entries = index.Manifests.ToList();
        var at = entries.FindIndex(e => e.Digest == old.Digest && NameOf(e) == NameOf(old));
        if (at < 0) throw new CofferException($"{location}: somebody else changed the image meanwhile; nothing was written", hint: "run the command again");
        entries[at] = entries[at] with { MediaType = root.MediaType, Digest = root.Digest, Size = root.Size };
        return index.With(entries);
    }

    private static string Names(IReadOnlyList<Descriptor> entries)
    {
        var names = entries.Take(NamesShown).Select((e, i) => NameOf(e) is { } name ? Printable.Of(name, 100) : $"@{i}");
        return $"there are: {string.Join(", ", names)}{(entries.Count > NamesShown ? ", ..." : "")}";
    }
}
