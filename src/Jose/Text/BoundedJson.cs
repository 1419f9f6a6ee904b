using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Coffer.Jose.Text;

/// <summary>JSON from outside: bounded size and nesting, no doubled member names, errors as <see cref="JoseException"/>.</summary>
internal static class BoundedJson
{
    public const int MaxDepth = 16;

    /// <summary>Bytes are written as other JOSE writers do: no escapes beyond what JSON demands.</summary>
    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    /// <summary>
    /// Parses one JSON object and hands its root to <paramref name="read"/>. Everything the platform's reader can throw
    /// on the way (also late, for unpaired surrogates in a string) becomes a <see cref="JoseException"/>.
    /// </summary>
    public static T ReadObject<T>(ReadOnlyMemory<byte> utf8, int maxBytes, string what, Func<JsonElement, T> read)
    {
        if (utf8.Length > maxBytes)
        {
            throw JoseException.Malformed($"{what} has {utf8.Length} bytes, more than the {maxBytes} allowed");
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            throw JoseException.Malformed($"{what} is not UTF-8 text");
        }

        try
        {
            CheckEscapes(utf8.Span);
            using var document = JsonDocument.Parse(utf8, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw JoseException.Malformed($"{what} is not a JSON object");
            }

            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            // The platform's message may quote the text, which may be a key: only the place is passed on.
            throw JoseException.Malformed(
                $"{what} is not well-formed JSON, nests deeper than {MaxDepth}, or has a doubled member (line {e.LineNumber + 1 ?? 0}, byte {e.BytePositionInLine ?? 0})");
        }
        catch (InvalidOperationException)
        {
            throw JoseException.Malformed($"{what} has text that is not valid Unicode");
        }
    }

    /// <summary>
    /// Refuses escaped text that is no Unicode (unpaired surrogates). The platform finds it only when the text is asked
    /// for, which may be much later.
    /// </summary>
    private static void CheckEscapes(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.Contains((byte)'\\'))
        {
            return;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }

    public static string? OptionalString(JsonElement element, string name, string what)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw JoseException.Malformed($"{what}: \"{name}\" is not a string");
    }

    public static string RequiredString(JsonElement element, string name, string what) =>
        OptionalString(element, name, what) ?? throw JoseException.Malformed($"{what}: \"{name}\" is missing");

    /// <summary>Decodes a base64url member straight from the parsed text, so that no string holds a secret.</summary>
    public static byte[]? OptionalBytes(JsonElement element, string name, string what)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? StrictBase64Url.Decode(JsonMarshal.GetRawUtf8Value(value)[1..^1], $"{what}: \"{name}\"")
            : throw JoseException.Malformed($"{what}: \"{name}\" is not a string");
    }

    public static byte[] RequiredBytes(JsonElement element, string name, string what) =>
        OptionalBytes(element, name, what) ?? throw JoseException.Malformed($"{what}: \"{name}\" is missing");

    /// <summary>
    /// The characters of a base64url member as they stand in the text: RFC 7516 and RFC 7515 authenticate the spelling,
    /// not what it decodes to. (Escapes stay as they are and fail the decoding.)
    /// </summary>
    public static byte[]? OptionalSpelling(JsonElement element, string name, string what)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? JsonMarshal.GetRawUtf8Value(value)[1..^1].ToArray()
            : throw JoseException.Malformed($"{what}: \"{name}\" is not a string");
    }

    /// <summary>A word from outside, fit for a message: plain characters, not long.</summary>
    public static string Shown(string? word) =>
        word is { Length: > 0 and <= 40 } && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '+' or '_' or '.')
            ? $"\"{word}\""
            : "an unreadable name";
}
