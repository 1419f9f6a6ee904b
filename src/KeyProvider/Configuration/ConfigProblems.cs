using Coffer.Oci;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Collects what is wrong with a configuration: one line each, with the file and the member, or the flag, that it is about.</summary>
/// <param name="lines">Gets the lines.</param>
/// <param name="file">The file's name, for the lines; null to leave it out.</param>
/// <param name="flags">What flags say; null for none.</param>
internal sealed class ConfigProblems(List<string> lines, string? file = null, ConfigFlags? flags = null)
{
    private const int Most = 1000; // a file of a megabyte can be wrong in more places than anybody reads

    public ConfigFlags? Flags { get; } = flags;

    public bool Any => lines.Count > 0;

    /// <param name="path">Such as <c>sources.hsm.pin</c>; empty for the whole file.</param>
    /// <param name="what">What is wrong there.</param>
    public void Add(string path, string what)
    {
        if (lines.Count >= Most) return;
        var place = Flags?.FlagOf(path) ?? (path.Length == 0 || file is null ? file ?? path : $"{file}: {path}");
        lines.Add(Printable.Of(place.Length == 0 ? what : $"{place}: {what}", 1024));
    }
}
