using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Coffer.Oci;

/// <summary>The JSON rules of manifests: bounded, no duplicates, and escaped no more than Go does.</summary>
internal static class OciJson
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = OciLimits.JsonDepth, AllowDuplicateProperties = false };

    // The relaxed encoder leaves '+' alone, as other tools do; the default one would write \u002B in every media type.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="MalformedImageException">The text is too long, not JSON, too deep, or names a member twice.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what, int most = OciLimits.ManifestBytes)
    {
        if (utf8.Length > most) throw new MalformedImageException($"{what} has {utf8.Length} bytes; the most that is read is {most}");
        // The parser leaves text unchecked until it is asked for; every reader below may rely on it.
        if (!Utf8.IsValid(utf8.Span)) throw new MalformedImageException($"{what} is not valid UTF-8");
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException e)
        {
            throw new MalformedImageException($"{what} is not JSON that can be read in one way only ({Reason(e)})", inner: e);
        }
        catch (InvalidOperationException e)
        {
            // An unpaired surrogate in a member's name, met while looking for duplicates.
            throw new MalformedImageException($"{what} is not valid Unicode text", inner: e);
        }
    }

    public static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain)) body(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Reason(JsonException e) =>
        e.LineNumber is { } line ? $"line {line + 1}, byte {e.BytePositionInLine + 1}" : "malformed";
}
