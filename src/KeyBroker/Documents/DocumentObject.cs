using System.Globalization;
using System.Text.Json;

namespace Coffer.KeyBroker.Documents;

/// <summary>One object of a document: each member is asked for with its type, what is wrong is put down, and at the end what nobody asked for.</summary>
internal sealed class DocumentObject
{
    private readonly JsonElement _element;
    private readonly string _path;
    private readonly DocumentProblems _problems;
    private readonly HashSet<string> _asked = [];

    private DocumentObject(JsonElement element, string path, DocumentProblems problems) => (_element, _path, _problems) = (element, path, problems);

    /// <summary>Null, and a problem, where the element is no object.</summary>
    public static DocumentObject? Of(JsonElement element, string path, DocumentProblems problems)
    {
        if (element.ValueKind == JsonValueKind.Object) return new DocumentObject(element, path, problems);
        problems.Add(path, "is not an object");
        return null;
    }

    public static string Index(string path, int index) => path + '[' + index.ToString(CultureInfo.InvariantCulture) + ']';

    public string Path(string name) => _path.Length == 0 ? name : _path + '.' + name;

    public bool Has(string name) => _element.TryGetProperty(name, out _);

    public IEnumerable<string> Names => _element.EnumerateObject().Select(m => m.Name);

    /// <summary>The member as it is; null where it is absent.</summary>
    public JsonElement? Any(string name)
    {
        _asked.Add(name);
        return _element.TryGetProperty(name, out var value) ? value : null;
    }

    /// <summary>A text of at most so many characters; null where it is absent or, then with a problem, wrong.</summary>
    public string? Text(string name, int most, bool required = false)
    {
        if (Any(name) is not { } value)
        {
            if (required) Add(name, "is missing");
            return null;
        }
        return Text(value, Path(name), most, _problems);
    }

    public static string? Text(JsonElement value, string path, int most, DocumentProblems problems)
    {
        if (value.ValueKind != JsonValueKind.String) problems.Add(path, "is not a text");
        else if (value.GetString() is not { Length: > 0 } text) problems.Add(path, "is empty");
        else if (text.Length > most) problems.Add(path, $"has {text.Length} characters, more than the {most} allowed");
        else return text;
        return null;
    }

    /// <summary>A list of 1 to <paramref name="most"/> elements with their paths; a single value stands for a list of it where <paramref name="orOne"/>.</summary>
    public IReadOnlyList<(JsonElement Value, string Path)> List(string name, int most, bool required = false, bool orOne = false)
    {
        if (Any(name) is not { } value)
        {
            if (required) Add(name, "is missing");
            return [];
        }
        return List(value, Path(name), most, _problems, orOne);
    }

    public static IReadOnlyList<(JsonElement Value, string Path)> List(JsonElement value, string path, int most, DocumentProblems problems, bool orOne = false)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (orOne) return [(value, path)];
            problems.Add(path, "is not a list");
            return [];
        }
        var count = value.GetArrayLength();
        if (count == 0) problems.Add(path, "is an empty list");
        if (count > most) problems.Add(path, $"has {count} elements, more than the {most} allowed");
        return count > most ? [] : [.. value.EnumerateArray().Select((v, i) => (v, Index(path, i)))];
    }

    /// <summary>Texts of a list, or one text, that pass <paramref name="check"/> (which answers what is wrong, or null).</summary>
    public IReadOnlyList<string> Texts(string name, int most, int mostCharacters, bool required = false, bool orOne = false, Func<string, string?>? check = null)
    {
        var texts = new List<string>();
        foreach (var (value, path) in List(name, most, required, orOne))
        {
            if (Text(value, path, mostCharacters, _problems) is not { } text) continue;
            if (check?.Invoke(text) is { } wrong) _problems.Add(path, wrong);
            else texts.Add(text);
        }
        return texts;
    }

    public bool? Flag(string name)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Add(name, "is neither true nor false");
        return null;
    }

    public long? Number(string name, long least, long most)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most) return number;
        Add(name, $"is not a whole number from {least} to {most}");
        return null;
    }

    /// <summary>A moment as RFC 3339 has it, with a zone.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (Text(name, 64) is not { } text) return null;
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        if (text.Length >= 20 && !char.IsAsciiDigit(text[19]) && text[19..].AsSpan().IndexOfAny('Z', '+', '-') >= 0
            && DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var moment))
        {
            return moment;
        }
        Add(name, "is not a moment such as 2026-01-31T12:00:00Z");
        return null;
    }

    public void Add(string name, string what) => _problems.Add(Path(name), what);

    /// <summary>Puts down every member that nobody asked for.</summary>
    public void End()
    {
        foreach (var name in Names)
        {
            if (!_asked.Contains(name)) Add(name.Length <= 64 ? name : name[..64], "is no member that is known here");
        }
    }
}
