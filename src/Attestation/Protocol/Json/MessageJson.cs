using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coffer.Attestation.Protocol.Json;

/// <summary>How messages are written: no escapes beyond what JSON demands, no white space.</summary>
internal static class MessageJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
