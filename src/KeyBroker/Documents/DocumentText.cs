using System.Text.Json;
using System.Text.Unicode;

namespace Coffer.KeyBroker.Documents;

/// <summary>The text of a document from outside: bounded before it is parsed, no doubled members, no comments, real Unicode.</summary>
internal static class DocumentText
{
    private const int MostDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MostDepth, AllowDuplicateProperties = false };

    /// <summary>Reads the text with <paramref name="read"/>, which gets the root and collects problems.</summary>
    /// <exception cref="InvalidDocumentException">It is not JSON, too large, or <paramref name="read"/> found problems.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> text, string what, int mostBytes, Func<JsonElement, DocumentProblems, T?> read)
        where T : class
    {
        if (text.Length > mostBytes) throw new InvalidDocumentException(what, [$"has {text.Length} bytes, more than the {mostBytes} allowed"]);
        if (!Utf8.IsValid(text.Span)) throw new InvalidDocumentException(what, ["is not UTF-8 text"]);
        var problems = new DocumentProblems();
        T? result = null;
        try
        {
            CheckEscapes(text.Span);
            using var document = JsonDocument.Parse(text, Options);
            result = read(document.RootElement, problems);
        }
        catch (JsonException e)
        {
            problems.Add("", $"is not well-formed JSON, nests deeper than {MostDepth}, or has a doubled member (line {e.LineNumber + 1 ?? 0}, byte {e.BytePositionInLine ?? 0})");
        }
        catch (InvalidOperationException)
        {
            problems.Add("", "has text that is not valid Unicode");
        }
        if (problems.Any || result is null) throw new InvalidDocumentException(what, problems.Any ? problems.Lines : ["cannot be read"]);
        return result;
    }

    // Unpaired surrogates are found by the platform only when the text is asked for, which may be much later.
    private static void CheckEscapes(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\')) return;
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MostDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
        }
    }
}
