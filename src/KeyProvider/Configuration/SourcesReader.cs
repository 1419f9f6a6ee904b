using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Reads <c>sources</c>: each has a name, a <c>type</c> that says who reads the rest, and the key ids that it is asked for.</summary>
internal static class SourcesReader
{
    private const int MostSources = 64;
    private const int LongestName = 64;
    private const int LongestKeyId = 256;

    public static IReadOnlyList<SourceSettings> Read(ConfigSection? section, IReadOnlyList<SourceKind> kinds)
    {
        if (section is null) return [];
        var sources = new List<SourceSettings>();
        foreach (var name in section.Names.Take(MostSources + 1))
        {
            if (name.Length is 0 or > LongestName || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            {
                section.Problem(name, $"is no source's name: 1 to {LongestName} letters, digits, '-', '_' and '.'");
            }
            if (section.Section(name) is { } source && Source(source, name, kinds) is { } settings) sources.Add(settings);
        }
        if (sources.Count > MostSources) section.Problem("", $"there are more than {MostSources} sources");
        return sources;
    }

    private static SourceSettings? Source(ConfigSection section, string name, IReadOnlyList<SourceKind> kinds)
    {
        var type = section.RequiredText("type");
        var keyIds = section.Texts("keyIds");
        if (keyIds.Any(k => k.Length > LongestKeyId)) section.Problem("keyIds", $"has an entry of more than {LongestKeyId} characters");
        if (kinds.FirstOrDefault(k => k.Type == type) is not { } kind)
        {
            if (type.Length > 0) section.Problem("type", $"'{type}' is no kind of source; there are {string.Join(", ", kinds.Select(k => k.Type))}");
            return null;
        }
        var settings = kind.Read(section, name, keyIds);
        section.End();
        return settings;
    }
}
