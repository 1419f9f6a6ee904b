using System.Text;
using System.Text.Json;

namespace Coffer.Attestation.Protocol.Json;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785): members sorted by their UTF-16 code units, no white space, no escape that JSON does
/// not demand. The platform's writer escapes <c>+</c> and quotes in ways that hash to something else.
/// </summary>
internal static class CanonicalJson
{
    private const int MaxDepth = 64;

    /// <summary>The canonical UTF-8 form of a value.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: unpaired surrogates, a doubled member, a number
    /// beyond a double, or nested deeper than 64.</exception>
    public static byte[] Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The canonical form of an object whose members are already JSON in canonical form.</summary>
    internal static byte[] WriteObject(params ReadOnlySpan<(string Name, string CanonicalValue)> members)
    {
        var text = new StringBuilder("{");
        var sorted = members.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var (name, value) in sorted)
        {
            if (text.Length > 1) text.Append(',');
            AppendText(text, name);
            text.Append(':').Append(value);
        }
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>The canonical form of a text.</summary>
    internal static string Text(string value)
    {
        var text = new StringBuilder(value.Length + 2);
        AppendText(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value, int depth)
    {
        if (depth > MaxDepth) throw Malformed($"nests deeper than {MaxDepth}");
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: AppendObject(text, value, depth); break;
            case JsonValueKind.Array: AppendArray(text, value, depth); break;
            case JsonValueKind.String: AppendText(text, TextOf(value.GetString)); break;
            case JsonValueKind.Number: text.Append(CanonicalNumber.Write(value.TryGetDouble(out var number) ? number : double.NaN)); break;
            case JsonValueKind.True: text.Append("true"); break;
            case JsonValueKind.False: text.Append("false"); break;
            default: text.Append("null"); break;
        }
    }

    private static void AppendObject(StringBuilder text, JsonElement value, int depth)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
            if (!members.TryAdd(TextOf(() => member.Name), member.Value))
                throw Malformed("an object has a member twice");
        var first = true;
        text.Append('{');
        foreach (var (name, member) in members)
        {
            if (!first) text.Append(',');
            first = false;
            AppendText(text, name);
            text.Append(':');
            Append(text, member, depth + 1);
        }
        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonElement value, int depth)
    {
        var first = true;
        text.Append('[');
        foreach (var item in value.EnumerateArray())
        {
            if (!first) text.Append(',');
            first = false;
            Append(text, item, depth + 1);
        }
        text.Append(']');
    }

    // RFC 8785 section 3.2.2.2: the two-character escapes where there is one, \u00xx for the other controls, all else as it is.
    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1])) && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(value[i - 1])))
                throw Malformed("text that is not valid Unicode");
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u00").Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }

    private static string TextOf(Func<string?> read)
    {
        try { return read()!; }
        catch (InvalidOperationException) { throw Malformed("text that is not valid Unicode"); }
    }

    internal static AttestationException Malformed(string what) => new(AttestationFault.Malformed, $"JSON that has no canonical form: {what}");
}
