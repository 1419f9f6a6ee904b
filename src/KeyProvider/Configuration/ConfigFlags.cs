using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyProvider.Configuration;

/// <summary>
/// What flags say, put where the same stands in the file, so that both are read and checked by the same code. A flag's value takes
/// the place of the file's; problems with it name the flag.
/// </summary>
public sealed class ConfigFlags
{
    private readonly JsonObject _root = [];
    private readonly Dictionary<string, string> _flags = [];
    private readonly HashSet<string> _replaced = [];

    /// <summary>Sets a text.</summary>
    /// <param name="flag">As it was written, such as <c>--socket</c>.</param>
    /// <param name="value">Null where the flag was not given: nothing happens.</param>
    /// <param name="path">The member's name, after those of the objects around it.</param>
    public void Set(string flag, string? value, params ReadOnlySpan<string> path)
    {
        if (value is not null) Set(flag, JsonValue.Create(value), path);
    }

    /// <summary>Sets <c>true</c> where the flag was given.</summary>
    public void Set(string flag, bool given, params ReadOnlySpan<string> path)
    {
        if (given) Set(flag, JsonValue.Create(true), path);
    }

    /// <summary>Sets a list of texts where the flag was given at least once.</summary>
    public void Set(string flag, IReadOnlyList<string> values, params ReadOnlySpan<string> path)
    {
        if (values.Count > 0) Set(flag, new JsonArray([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]), path);
    }

    /// <summary>Sets <c>null</c>, which means none.</summary>
    public void SetNone(string flag, params ReadOnlySpan<string> path) => Set(flag, (JsonNode?)null, path);

    /// <summary>From now on what the file has in that object counts no longer.</summary>
    public void Replace(params ReadOnlySpan<string> path) => _replaced.Add(string.Join('.', path!));

    /// <summary>Whether they say where keys are.</summary>
    internal bool NameKeys => _replaced.Any(r => r.StartsWith("sources.", StringComparison.Ordinal));

    internal bool IsReplaced(string path) => _replaced.Contains(path);

    internal string? FlagOf(string path) => _flags.GetValueOrDefault(path);

    internal bool Any => _flags.Count > 0;

    internal JsonElement ToElement()
    {
        using var document = JsonDocument.Parse(_root.ToJsonString());
        return document.RootElement.Clone();
    }

    private void Set(string flag, JsonNode? value, ReadOnlySpan<string> path)
    {
        var parent = _root;
        foreach (var name in path[..^1])
        {
            if (parent[name] is JsonObject inner) parent = inner;
            else parent[name] = parent = [];
        }
        parent[path[^1]] = value;
        _flags[string.Join('.', path!)] = flag;
    }
}
