using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Encryption;

/// <summary>
/// Cuts recipients out of a general JWE. Every other member keeps its bytes. The top-level `encrypted_key` that some
/// writers add is left out: it may be the copy of a removed recipient's.
/// </summary>
internal static class JweEditor
{
    public static string Remove(ReadOnlyMemory<byte> text, IReadOnlySet<int> indexes) =>
        BoundedJson.ReadObject(text, JweParser.MaxBytes, "JWE", root => Remove(root, indexes));

    private static string Remove(JsonElement root, IReadOnlySet<int> indexes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, BoundedJson.Writer))
        {
            json.WriteStartObject();
            foreach (var member in root.EnumerateObject())
            {
                if (member.NameEquals("encrypted_key"u8))
                {
                    continue;
                }

                json.WritePropertyName(member.Name);
                if (member.NameEquals("recipients"u8))
                {
                    WriteOthers(json, member.Value, indexes);
                }
                else
                {
                    json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteOthers(Utf8JsonWriter json, JsonElement recipients, IReadOnlySet<int> indexes)
    {
        json.WriteStartArray();
        var index = 0;
        foreach (var recipient in recipients.EnumerateArray())
        {
            if (!indexes.Contains(index++))
            {
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(recipient), skipInputValidation: true);
            }
        }

        json.WriteEndArray();
    }
}
