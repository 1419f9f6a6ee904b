using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Documents;

/// <summary>JSON written compactly, with no escapes beyond what JSON demands.</summary>
internal static class JsonText
{
    private const int UsualBytes = 2048;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Utf8(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(UsualBytes);
        using (var json = new Utf8JsonWriter(buffer, Options)) node.WriteTo(json);
        return buffer.WrittenSpan.ToArray();
    }

    public static string Of(JsonNode node) => Encoding.UTF8.GetString(Utf8(node));

    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];
}
