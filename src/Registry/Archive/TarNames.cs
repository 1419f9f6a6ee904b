using Coffer.Oci;

namespace Coffer.Registry.Archive;

/// <summary>Names in archives: clean and inside, or refused.</summary>
internal static class TarNames
{
    public const int NameLength = 1024;

    /// <summary>The name without <c>./</c> and trailing slash; empty for the archive's own root.</summary>
    /// <exception cref="MalformedImageException">It is absolute, leads outside, or is too long.</exception>
    public static string Clean(string name, string location)
    {
        if (name.Length > NameLength) throw Refused(location, "a name is too long", name);
        if (name.StartsWith('/')) throw Refused(location, "a name is absolute", name);
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToList();
        if (parts.Contains("..")) throw Refused(location, "a name leads out of the archive", name);
        if (name.Any(char.IsControl)) throw Refused(location, "a name has control characters", name);
        return string.Join('/', parts);
    }

    /// <summary>What a symbolic link at <paramref name="name"/> means; it may climb, but not out.</summary>
    public static string Resolve(string name, string target, string location)
    {
        if (target.Length > NameLength) throw Refused(location, "a link's target is too long", name);
        if (target.StartsWith('/')) throw Refused(location, "a link is absolute", name);
        var parts = name.Split('/').SkipLast(1).ToList();
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else throw Refused(location, "a link leads out of the archive", name);
        }
        return string.Join('/', parts);
    }

    private static MalformedImageException Refused(string location, string why, string name) =>
        new($"{location}: {why}: '{Printable.Of(name, 160)}'", "the archive was not written by a tool for images; do not unpack it either");
}
