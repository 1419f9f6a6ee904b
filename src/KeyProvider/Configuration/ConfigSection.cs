using System.Text.Json;
using Coffer.Oci;

namespace Coffer.KeyProvider.Configuration;

/// <summary>
/// One object of a JSON configuration file, with what flags put in the place of its members. Reads members by name and notes everything
/// that is wrong with its path, so that all problems are reported together; where a value cannot be used, its default stands in until then.
/// </summary>
internal sealed class ConfigSection
{
    private readonly Dictionary<string, JsonElement> _members = [];
    private readonly Dictionary<string, JsonElement> _flagged = [];
    private readonly HashSet<string> _asked = [];
    private readonly ConfigProblems _problems;
    private readonly string? _folder;

    internal ConfigSection(JsonElement? file, JsonElement? flags, string path, ConfigProblems problems, string? folder)
    {
        Path = path;
        _problems = problems;
        _folder = folder;
        if (file is { } fromFile) Read(fromFile, _members);
        if (flags is { } fromFlags) Read(fromFlags, _flagged);
    }

    /// <summary>Where this section stands, such as <c>sources.hsm</c>; empty for the whole file.</summary>
    public string Path { get; }

    /// <summary>The names of all members, in the order in which they stand, those of flags before the file's.</summary>
    public IEnumerable<string> Names => _flagged.Keys.Concat(_members.Keys.Where(n => !_flagged.ContainsKey(n)));

    /// <summary>A whole document.</summary>
    /// <param name="document">An object; anything else is a problem.</param>
    /// <param name="problems">Where problems are noted, one line each: the path, a colon, what is wrong.</param>
    public static ConfigSection Of(JsonElement document, List<string> problems) => Of(document, null, new ConfigProblems(problems), folder: null);

    internal static ConfigSection Of(JsonElement? document, JsonElement? flags, ConfigProblems problems, string? folder)
    {
        if (document is { ValueKind: not JsonValueKind.Object })
        {
            problems.Add("", "is not a JSON object");
            document = null;
        }
        return new ConfigSection(document, flags, "", problems, folder);
    }

    /// <summary>Notes that a member is wrong.</summary>
    public void Problem(string name, string what) => _problems.Add(PathOf(name), what);

    /// <summary>True where the member stands there, whatever it is.</summary>
    public bool Has(string name) => _flagged.ContainsKey(name) || _members.ContainsKey(name);

    /// <summary>True where the member is <c>null</c>, for those few that can be.</summary>
    public bool IsNone(string name) => Has(name) && Take(name) is { ValueKind: JsonValueKind.Null };

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name)
    {
        if (Take(name) is not { } value) return null;
        if (TextOf(value) is { Length: > 0 } text) return text;
        Problem(name, "is not a text, or an empty one");
        return null;
    }

    /// <summary>A text that has to be there; empty where it is not, which is a problem.</summary>
    public string RequiredText(string name)
    {
        if (!Has(name)) Problem(name, "is missing");
        return Text(name) ?? "";
    }

    /// <summary>A path, absolute: in a file it counts from the file's folder, in a flag from the working directory. Null where it is absent.</summary>
    public string? FilePath(string name)
    {
        if (Text(name) is not { } text) return null;
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            Problem(name, "has a character that no path can have");
            return null;
        }
        return System.IO.Path.GetFullPath(text, _flagged.ContainsKey(name) || _folder is null ? Environment.CurrentDirectory : _folder);
    }

    /// <summary>A path as <see cref="FilePath"/> that has to be there; empty where it is not, which is a problem.</summary>
    public string RequiredFilePath(string name)
    {
        if (!Has(name)) Problem(name, "is missing");
        return FilePath(name) ?? "";
    }

    /// <summary>A list of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Take(name) is not { } value) return [];
        var texts = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(TextOf).OfType<string>().Where(t => t.Length > 0)] : new List<string>();
        if (value.ValueKind == JsonValueKind.Array && texts.Count == value.GetArrayLength()) return texts;
        Problem(name, "is not a list of texts, none of them empty");
        return [];
    }

    /// <summary>A list of names, where a whole number may stand for a name; empty where it is absent.</summary>
    public IReadOnlyList<string> TextsOrNumbers(string name)
    {
        if (Take(name) is not { } value) return [];
        var texts = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetRawText() : TextOf(v)).OfType<string>().Where(t => t.Length > 0)]
            : new List<string>();
        if (value.ValueKind == JsonValueKind.Array && texts.Count == value.GetArrayLength()) return texts;
        Problem(name, "is not a list of names and numbers");
        return [];
    }

    /// <summary>A whole number; <paramref name="otherwise"/> where it is absent.</summary>
    public long Number(string name, long least, long most, long otherwise)
    {
        if (Take(name) is not { } value) return otherwise;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most) return number;
        Problem(name, $"is not a whole number from {least} to {most}");
        return otherwise;
    }

    /// <summary><c>true</c> or <c>false</c>; <paramref name="otherwise"/> where it is absent.</summary>
    public bool Flag(string name, bool otherwise = false)
    {
        if (Take(name) is not { } value) return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Problem(name, "is neither true nor false");
        return otherwise;
    }

    /// <summary>A time such as <c>"250ms"</c>, <c>"30s"</c>, <c>"5m"</c> or <c>"1h"</c>; <c>"0s"</c> is none.</summary>
    public TimeSpan Duration(string name, TimeSpan least, TimeSpan most, TimeSpan otherwise)
    {
        if (Take(name) is not { } value) return otherwise;
        if (TextOf(value) is { } text && SettingText.Duration(text) is { } time && time >= least && time <= most) return time;
        Problem(name, $"is not a time from {SettingText.Of(least)} to {SettingText.Of(most)}, such as \"30s\"");
        return otherwise;
    }

    /// <summary>A text that <paramref name="parse"/> understands; null where it is absent.</summary>
    /// <param name="name">The member.</param>
    /// <param name="parse">Null where the text is wrong.</param>
    /// <param name="wanted">What it should be, for the problem's line.</param>
    public T? Parsed<T>(string name, Func<string, T?> parse, string wanted)
    {
        if (Text(name) is not { } text) return default;
        if (parse(text) is { } value) return value;
        Problem(name, $"'{Printable.Of(text, 64)}' is not {wanted}");
        return default;
    }

    /// <summary>A section inside this one; null where it is absent.</summary>
    public ConfigSection? Section(string name)
    {
        if (Take(name) is null) return null;
        var path = PathOf(name);
        JsonElement? flags = _flagged.TryGetValue(name, out var flag) ? flag : null;
        JsonElement? file = _members.TryGetValue(name, out var member) && _problems.Flags?.IsReplaced(path) != true ? member : null;
        if (file is { ValueKind: not JsonValueKind.Object })
        {
            Problem(name, "is not an object");
            file = null;
        }
        return file is null && flags is null ? null : new ConfigSection(file, flags, path, _problems, _folder);
    }

    /// <summary>Leaves a member unread that is another's to read.</summary>
    public void PassOver(string name) => _asked.Add(name);

    /// <summary>Reports members that nobody asked for, with the known name that was probably meant.</summary>
    public void End()
    {
        foreach (var name in Names.Where(n => !_asked.Contains(n)))
        {
            Problem(name, _asked.FirstOrDefault(a => a.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } meant
                ? $"is not known; it is written '{meant}'"
                : $"is not known; known here: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    // The platform checks a text only when it is asked for, and throws where an escape is half a character.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Read(JsonElement element, Dictionary<string, JsonElement> members)
    {
        foreach (var member in element.EnumerateObject())
        {
            try
            {
                if (!members.TryAdd(member.Name, member.Value)) Problem(member.Name, "stands twice");
            }
            catch (InvalidOperationException)
            {
                _problems.Add(Path, "has a member whose name is not Unicode text");
            }
        }
    }

    private JsonElement? Take(string name)
    {
        _asked.Add(name);
        return _flagged.TryGetValue(name, out var flag) ? flag : _members.TryGetValue(name, out var value) ? value : null;
    }

    private string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
