using System.Text.Json;

namespace Coffer.Oci;

/// <summary>
/// One JSON object whose known members can be read in one way only. Go matches names in any case and lets the last
/// duplicate win; a document that two readers would understand differently is refused rather than guessed at.
/// </summary>
internal sealed class StrictObject
{
    private readonly Dictionary<string, JsonElement> _known = [];
    private readonly List<KeyValuePair<string, JsonElement>> _unknown = [];
    private readonly string _where;

    public StrictObject(JsonElement element, string where, IReadOnlyList<string> known)
    {
        _where = where;
        if (element.ValueKind != JsonValueKind.Object) throw Wrong("", "an object");
        foreach (var member in element.EnumerateObject())
        {
            var name = Name(member, where);
            if (known.Contains(name))
            {
                _known[name] = member.Value;
            }
            else if (known.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } meant)
            {
                throw new MalformedImageException($"{where} has a member '{Printable.Of(name)}' where the specification says '{meant}'", "some tools would read it and others not");
            }
            else
            {
                _unknown.Add(new(name, member.Value.Clone()));
            }
        }
    }

    /// <summary>The members that are not in the list of known ones, independent of the document they came from.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Unknown => _unknown;

    public JsonElement? Optional(string name) =>
        _known.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? OptionalString(string name) =>
        Optional(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? Text(value, name) : throw Wrong("." + name, "a string");

    public string RequiredString(string name) => OptionalString(name) ?? throw Missing(name);

    public long RequiredInt64(string name) =>
        Optional(name) is not { } value ? throw Missing(name)
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
        : throw Wrong("." + name, "a whole number of bytes");

    public IReadOnlyList<string> OptionalStrings(string name)
    {
        if (Optional(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Wrong("." + name, "a list");
        return [.. value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.String ? Text(v, name) : throw Wrong("." + name, "a list of strings"))];
    }

    public IReadOnlyDictionary<string, string> OptionalStringMap(string name)
    {
        if (Optional(name) is not { } value) return Descriptor.EmptyAnnotations;
        if (value.ValueKind != JsonValueKind.Object) throw Wrong("." + name, "an object");
        var map = new Dictionary<string, string>();
        foreach (var member in value.EnumerateObject())
        {
            map[Name(member, $"{_where}.{name}")] = member.Value.ValueKind == JsonValueKind.String ? Text(member.Value, name) : throw Wrong($".{name}", "an object of strings");
        }
        return map;
    }

    public IEnumerable<JsonElement> RequiredArray(string name, int most)
    {
        if (Optional(name) is not { } value) throw Missing(name);
        if (value.ValueKind != JsonValueKind.Array) throw Wrong("." + name, "a list");
        if (value.GetArrayLength() > most) throw new MalformedImageException($"{_where} has {value.GetArrayLength()} {name}; the most that is read is {most}");
        return value.EnumerateArray();
    }

    // An unpaired surrogate is valid JSON grammar but no text.
    private static string Name(JsonProperty member, string where)
    {
        try { return member.Name; }
        catch (InvalidOperationException) { throw new MalformedImageException($"{where} has a member whose name is not valid Unicode text"); }
    }

    private string Text(JsonElement value, string name)
    {
        try { return value.GetString()!; }
        catch (InvalidOperationException) { throw Wrong("." + name, "valid Unicode text"); }
    }

    private MalformedImageException Missing(string name) => new($"{_where} lacks '{name}'");

    private MalformedImageException Wrong(string path, string what) => new($"{_where}{path} is not {what}");
}
