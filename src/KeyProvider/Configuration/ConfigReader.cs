using System.Text.Json;
using System.Text.Unicode;
using Coffer.KeyProvider.Sources;
using Coffer.Oci;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Turns the configuration file (docs/keyprovider.md) and the flags that win over it into settings, or into all that is wrong with them.</summary>
public static class ConfigReader
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads file and flags. Can be called again for the same flags, when the file has changed.</summary>
    /// <param name="file">The file; null for <see cref="KeyProviderSettings.DefaultPath"/>, which need not be there, and is passed over where flags
    /// name the keys: whoever tries out keys of his own does not mean the installation that the machine happens to have.</param>
    /// <param name="flags">What flags say.</param>
    /// <param name="scope">Who asks.</param>
    /// <exception cref="ConfigException">Everything that is wrong.</exception>
    public static KeyProviderSettings Load(string? file, ConfigFlags flags, SettingsScope scope) => Load(file, KeyProviderSettings.DefaultPath, flags, scope);

    internal static KeyProviderSettings Load(string? file, string defaultFile, ConfigFlags flags, SettingsScope scope)
    {
        var path = Path.GetFullPath(file ?? defaultFile);
        var bytes = file is null && flags.NameKeys ? null : ConfigFile.Read(path, required: file is not null);
        var lines = new List<string>();
        var settings = Read(bytes, bytes is null ? null : path, flags, scope, lines, SourceKinds.All);
        if (lines.Count == 0) return settings with { File = bytes is null ? null : path };
        throw new ConfigException(bytes is null ? "the key provider's flags" : $"the configuration {Printable.Of(path)}", lines);
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="bytes">JSON in UTF-8, in which comments and trailing commas may stand; null for no file.</param>
    /// <param name="path">The file's path, from whose folder relative paths count; null for none.</param>
    /// <param name="flags">What flags say.</param>
    /// <param name="scope">Who asks.</param>
    /// <param name="problems">Gets a line for each thing that is wrong.</param>
    /// <param name="kinds">Kinds of sources.</param>
    internal static KeyProviderSettings Read(byte[]? bytes, string? path, ConfigFlags flags, SettingsScope scope, List<string> problems, IReadOnlyList<SourceKind> kinds)
    {
        var found = new ConfigProblems(problems, path, flags);
        using var document = Parse(bytes, found);
        if (bytes is not null && document is null) return new KeyProviderSettings();
        var root = ConfigSection.Of(document?.RootElement, flags.ToElement(), found, Path.GetDirectoryName(path));
        var settings = new KeyProviderSettings
        {
            Core = CoreReader.Core(root, scope),
            Sources = SourcesReader.Read(root.Section("sources"), kinds),
            Traces = ListenReader.Traces(root.Section("traces")),
        };
        if (scope is SettingsScope.Daemon) settings = Daemon(root, settings);
        else foreach (var name in (string[])["listen", "limits", "log", "metrics"]) root.PassOver(name);
        root.End();
        SettingsCheck.Check(settings, found);
        return settings;
    }

    private static KeyProviderSettings Daemon(ConfigSection root, KeyProviderSettings settings) => settings with
    {
        Listen = ListenReader.Listen(root.Section("listen")),
        Limits = CoreReader.Limits(root.Section("limits")),
        Log = CoreReader.Log(root.Section("log")),
        Metrics = ListenReader.Metrics(root.Section("metrics")),
    };

    private static JsonDocument? Parse(byte[]? bytes, ConfigProblems problems)
    {
        if (bytes is null) return null;
        if (!Utf8.IsValid(bytes))
        {
            problems.Add("", "is not UTF-8 text");
            return null;
        }
        try
        {
            // The platform's parser takes a byte order mark for a fault, and the person who sees it sees nothing.
            return JsonDocument.Parse(bytes.AsMemory(bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0), Json);
        }
        catch (JsonException e)
        {
            problems.Add("", $"is not JSON, or nests deeper than {Json.MaxDepth} (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
            return null;
        }
    }
}
