using Coffer.Oci;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Coffer.Registry.Config;

/// <summary>Finds and reads registries.conf and its drop-ins (<c>registries.conf.d/*.conf</c>); a later file replaces the entry of the same prefix.</summary>
internal static class RegistriesConfFiles
{
    private const int MostBytes = 1024 * 1024;
    private const int MostEntries = 4096;
    private const int MostFiles = 256;

    /// <exception cref="CofferException">A file that was named is missing, or a file cannot be understood.</exception>
    public static RegistriesConf Load(RegistryOptions options)
    {
        var entries = new Dictionary<string, RegistryEntry>(StringComparer.Ordinal);
        IReadOnlyList<string>? helpers = null;
        foreach (var file in Files(options))
        {
            var table = Parse(file);
            foreach (var entry in Entries(file, table))
            {
                entries[entry.Prefix] = entry;
                if (entries.Count > MostEntries) throw Bad(file, $"is one entry above the {MostEntries} that are read");
            }
            if (table.TryGetValue("credential-helpers", out var named)) helpers = [.. List(file, named, "credential-helpers").Select(h => h as string ?? throw Bad(file, "has a credential-helpers entry that is no string"))];
        }
        return new RegistriesConf([.. entries.Values], helpers);
    }

    private static IEnumerable<string> Files(RegistryOptions options)
    {
        var places = options.Places;
        if ((options.RegistriesConf ?? places.Of("CONTAINERS_REGISTRIES_CONF") ?? places.Of("REGISTRIES_CONFIG_PATH")) is { } named)
        {
            if (!File.Exists(named)) throw new CofferException($"there is no registries.conf at {Printable.Of(named)}", ExitStatus.Usage);
            return [named];
        }
        var system = Path.Combine(places.Etc, "containers", "registries.conf");
        var own = places.ConfigHome is { } home ? Path.Combine(home, "containers", "registries.conf") : null;
        var main = own is not null && File.Exists(own) ? own : system;
        return new[] { main }.Where(File.Exists).Concat(DropIns(system + ".d")).Concat(own is null ? [] : DropIns(own + ".d"));
    }

    private static IEnumerable<string> DropIns(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        var files = Directory.GetFiles(folder, "*.conf");
        if (files.Length > MostFiles) throw new CofferException($"{Printable.Of(folder)} holds more than {MostFiles} files");
        return files.Order(StringComparer.Ordinal);
    }

    private static TomlTable Parse(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MostBytes) throw Bad(file, $"is larger than {MostBytes} bytes");
            return TomlSerializer.Deserialize(File.ReadAllText(file), TomlTables.Default.TomlTable) ?? [];
        }
        catch (TomlException e)
        {
            throw Bad(file, $"is not TOML: {Printable.Of(LastReason(e.Message), 200)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(file, $"cannot be read: {Printable.Of(e.Message)}");
        }
    }

    // The reader's message wraps the one with the place where it stopped, "(line,column) : error : why".
    private static string LastReason(string message) =>
        message.LastIndexOf("Reason: ", StringComparison.Ordinal) is >= 0 and var at ? "(line,column) " + message[(at + 8)..] : "(line,column) " + message;

    private static IEnumerable<RegistryEntry> Entries(string file, TomlTable table)
    {
        if (table.ContainsKey("registries")) throw Bad(file, "is written in version 1 of the format", "write [[registry]] tables, version 2");
        if (!table.TryGetValue("registry", out var registries)) yield break;
        foreach (var item in List(file, registries, "registry"))
        {
            var entry = item as TomlTable ?? throw Bad(file, "has a registry that is no [[registry]] table");
            var location = Text(file, entry, "location")?.TrimEnd('/') ?? "";
            var prefix = Text(file, entry, "prefix")?.TrimEnd('/') is { Length: > 0 } named ? named : location;
            if (prefix.Length == 0) throw Bad(file, "has a [[registry]] with neither prefix nor location");
            if (prefix.Contains("://", StringComparison.Ordinal) || location.Contains("://", StringComparison.Ordinal)) throw Bad(file, $"has a scheme in the [[registry]] {Printable.Of(prefix)}", "prefix and location are HOST[:PORT][/PATH]");
            if (prefix.Contains('*', StringComparison.Ordinal) && (!prefix.StartsWith("*.", StringComparison.Ordinal) || prefix.AsSpan(1).ContainsAny('*', '/', '@'))) throw Bad(file, $"has the wildcard prefix '{Printable.Of(prefix)}'", "a wildcard is *. and a domain");
            if (location.Length == 0 && !prefix.StartsWith("*.", StringComparison.Ordinal)) location = prefix;
            yield return new RegistryEntry(file, prefix, location, Flag(file, entry, "insecure"), Flag(file, entry, "blocked"), Flag(file, entry, "mirror-by-digest-only"), Mirrors(file, entry));
        }
    }

    private static IReadOnlyList<RegistryMirror> Mirrors(string file, TomlTable entry)
    {
        if (!entry.TryGetValue("mirror", out var mirrors)) return [];
        return [.. List(file, mirrors, "registry.mirror").Select(item =>
        {
            var mirror = item as TomlTable ?? throw Bad(file, "has a mirror that is no [[registry.mirror]] table");
            var location = Text(file, mirror, "location")?.TrimEnd('/');
            if (location is not { Length: > 0 } || location.Contains("://", StringComparison.Ordinal)) throw Bad(file, "has a [[registry.mirror]] without location, or with a scheme in it");
            var pull = Text(file, mirror, "pull-from-mirror");
            if (pull is not (null or "" or "all" or "digest-only" or "tag-only")) throw Bad(file, $"has pull-from-mirror = '{Printable.Of(pull)}'", "known are all, digest-only, tag-only");
            return new RegistryMirror(location, Flag(file, mirror, "insecure"), pull is "" ? null : pull);
        })];
    }

    private static IEnumerable<object?> List(string file, object? value, string name) => value switch
    {
        TomlTableArray tables => tables,
        TomlArray array => array,
        _ => throw Bad(file, $"has a {name} that is no list"),
    };

    private static string? Text(string file, TomlTable table, string name) =>
        !table.TryGetValue(name, out var value) ? null : value as string ?? throw Bad(file, $"has a {name} that is no string");

    private static bool Flag(string file, TomlTable table, string name) =>
        table.TryGetValue(name, out var value) && (value as bool? ?? throw Bad(file, $"has a {name} that is neither true nor false"));

    private static CofferException Bad(string file, string wrong, string? hint = null) => new($"{Printable.Of(file)} {wrong}", hint: hint);
}

/// <summary>Reads TOML without reflection.</summary>
[TomlSerializable(typeof(TomlTable))]
internal sealed partial class TomlTables : TomlSerializerContext;
