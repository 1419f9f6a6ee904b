using Coffer.Oci;
using Tomlyn.Model;

namespace Coffer.Cli.Doctor.Containerd;

/// <summary>containerd's configuration with what it imports, merged as containerd does it: whole processors and whole tables of plugins.</summary>
internal sealed class ContainerdConfig
{
    private const string Main = "/etc/containerd/config.toml";
    private const int MostFiles = 64;

    private readonly Dictionary<string, TomlTable> _plugins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamProcessor> _processors = StreamProcessor.Defaults.ToDictionary(p => p.Id);
    private readonly List<string> _replaced = [];

    private ContainerdConfig() { }

    public IReadOnlyCollection<StreamProcessor> Processors => _processors.Values;

    /// <summary>Plugins' tables that an imported file sets and that stand in another file, too, where they count no longer.</summary>
    public IReadOnlyList<string> Replaced => _replaced;

    public static bool IsInstalled(Installation installation) =>
        installation.HasFile(Main) || ServiceEnvironment.HasUnit(installation, "containerd.service") || installation.Program("containerd") is not null;

    /// <exception cref="CofferException">A file cannot be read, or is not TOML.</exception>
    public static ContainerdConfig Read(Installation installation)
    {
        var config = new ContainerdConfig();
        var main = TomlFile.Read(installation, Main);
        config.Add(main, Main);
        foreach (var file in TomlFile.Texts(main, "imports").SelectMany(pattern => Imports(installation, pattern)).Take(MostFiles)) config.Add(TomlFile.Read(installation, file), file);
        return config;
    }

    public TomlTable? Plugin(string name) => _plugins.GetValueOrDefault(name);

    private void Add(TomlTable file, string path)
    {
        foreach (var (id, value) in TomlFile.Table(file, "stream_processors") ?? [])
        {
            if (value is TomlTable table) _processors[id] = StreamProcessor.Read(id, table);
        }
        foreach (var (name, value) in TomlFile.Table(file, "plugins") ?? [])
        {
            if (value is not TomlTable table) continue;
            if (!_plugins.TryAdd(name, table)) _replaced.Add($"{path} replaces the whole table of plugin {name}");
            _plugins[name] = table;
        }
    }

    // Relative names count from the folder of the main file; only the last part may be a pattern.
    private static IEnumerable<string> Imports(Installation installation, string pattern)
    {
        var path = Path.IsPathRooted(pattern) ? pattern : Path.Join(Path.GetDirectoryName(Main), pattern);
        return path.Contains('*', StringComparison.Ordinal) ? installation.Files(Path.GetDirectoryName(path)!, Path.GetFileName(path)) : [path];
    }
}
