using System.Globalization;
using System.Text.Json;
using Coffer.Oci;

namespace Coffer.KeyProvider.Configuration;

/// <summary>
/// One object of a JSON configuration file. Reads members by name and notes everything that is wrong with its path, so that
/// all problems of a file are reported together; where a value cannot be used, its default stands in until then.
/// </summary>
public sealed class ConfigSection
{
    private readonly Dictionary<string, JsonElement> _members = [];
    private readonly HashSet<string> _read = [];
    private readonly List<string> _problems;

    private ConfigSection(JsonElement element, string path, List<string> problems)
    {
        Path = path;
        _problems = problems;
        foreach (var member in element.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value)) Problem(member.Name, "stands twice");
        }
    }

    /// <summary>Where this section stands, such as <c>sources.hsm</c>; empty for the whole file.</summary>
    public string Path { get; }

    /// <summary>The file's whole content.</summary>
    /// <param name="document">An object; anything else is a problem.</param>
    /// <param name="problems">Where problems are noted, one line each: the path, a colon, what is wrong.</param>
    public static ConfigSection Of(JsonElement document, List<string> problems)
    {
        if (document.ValueKind == JsonValueKind.Object) return new ConfigSection(document, "", problems);
        problems.Add("the file is not a JSON object");
        return Empty("", problems);
    }

    /// <summary>The names of all members, in the file's order.</summary>
    public IEnumerable<string> Names => _members.Keys;

    /// <summary>Notes that a member is wrong.</summary>
    public void Problem(string name, string what) => _problems.Add($"{PathOf(name)}: {what}");

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text) return text;
        Problem(name, "is not a text, or an empty one");
        return null;
    }

    /// <summary>A text that has to be there.</summary>
    public string RequiredText(string name)
    {
        if (!_members.ContainsKey(name)) Problem(name, "is missing");
        return Text(name) ?? "";
    }

    /// <summary>A list of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Take(name) is not { } value) return [];
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String && v.GetString()!.Length > 0))
        {
            return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        }
        Problem(name, "is not a list of texts");
        return [];
    }

    /// <summary>A list of whole numbers from <paramref name="least"/> to <paramref name="most"/>; empty where it is absent.</summary>
    public IReadOnlyList<long> Numbers(string name, long least, long most)
    {
        if (Take(name) is not { } value) return [];
        var numbers = new List<long>();
        var fits = value.ValueKind == JsonValueKind.Array;
        foreach (var item in fits ? value.EnumerateArray() : default)
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= least && number <= most) numbers.Add(number);
            else fits = false;
        }
        if (!fits) Problem(name, $"is not a list of whole numbers from {least} to {most}");
        return numbers;
    }

    /// <summary>A whole number; <paramref name="otherwise"/> where it is absent.</summary>
    public long Number(string name, long least, long most, long otherwise)
    {
        if (Take(name) is not { } value) return otherwise;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most) return number;
        Problem(name, $"is not a whole number from {least} to {most}");
        return otherwise;
    }

    /// <summary><c>true</c> or <c>false</c>; false where it is absent.</summary>
    public bool Flag(string name, bool otherwise = false)
    {
        if (Take(name) is not { } value) return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Problem(name, "is neither true nor false");
        return otherwise;
    }

    /// <summary>A time such as <c>"250ms"</c>, <c>"30s"</c>, <c>"5m"</c> or <c>"1h"</c>; <c>"0s"</c> is none.</summary>
    public TimeSpan Duration(string name, TimeSpan most, TimeSpan otherwise)
    {
        if (Take(name) is not { } value) return otherwise;
        if (value.ValueKind == JsonValueKind.String && ParseDuration(value.GetString()!) is { } time && time <= most) return time;
        Problem(name, $"is not a time of at most {most.TotalSeconds:0}s, such as \"30s\"");
        return otherwise;
    }

    /// <summary>A section inside this one; null where it is absent.</summary>
    public ConfigSection? Section(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Object) return new ConfigSection(value, PathOf(name), _problems);
        Problem(name, "is not an object");
        return null;
    }

    /// <summary>Reports members that nobody asked for, with the known name that was probably meant.</summary>
    public void End()
    {
        foreach (var name in _members.Keys.Except(_read))
        {
            Problem(name, _asked.FirstOrDefault(a => a.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } meant
                ? $"is not known; '{meant}' is written so"
                : $"is not known; known here: {string.Join(", ", _asked.Order())}");
        }
    }

    /// <summary>A time as <see cref="Duration"/> reads it; null where it is none.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(count),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours(count),
            _ => null,
        };
    }

    private readonly HashSet<string> _asked = [];

    private static ConfigSection Empty(string path, List<string> problems)
    {
        using var empty = JsonDocument.Parse("{}");
        return new ConfigSection(empty.RootElement, path, problems);
    }

    private JsonElement? Take(string name)
    {
        _asked.Add(name);
        if (!_members.TryGetValue(name, out var value)) return null;
        _read.Add(name);
        return value;
    }

    private string PathOf(string name) => Printable.Of(Path.Length == 0 ? name : $"{Path}.{name}");
}
