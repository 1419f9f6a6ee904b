using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Signing;

/// <summary>Signs and writes; the whole header is protected.</summary>
internal static class JwsWriter
{
    public static string Write(
        ReadOnlySpan<byte> payload, IReadOnlyList<IJwsSigner> signers, JwsSerialization form, Action<Utf8JsonWriter>? writeHeader)
    {
        var body = StrictBase64Url.Encode(payload);
        var signed = new List<(string Header, string Signature)>();
        foreach (var signer in signers)
        {
            var header = StrictBase64Url.Encode(Encode(json => WriteHeader(json, signer, writeHeader)));
            signed.Add((header, StrictBase64Url.Encode(signer.Sign(Encoding.ASCII.GetBytes($"{header}.{body}")))));
        }

        return form == JwsSerialization.Compact
            ? $"{signed[0].Header}.{body}.{signed[0].Signature}"
            : Encoding.UTF8.GetString(Encode(json => WriteJson(json, body, signed, form)));
    }

    private static void WriteJson(Utf8JsonWriter json, string body, List<(string Header, string Signature)> signed, JwsSerialization form)
    {
        json.WriteStartObject();
        json.WriteString("payload", body);
        if (form == JwsSerialization.Flattened)
        {
            WriteSignature(json, signed[0]);
        }
        else
        {
            json.WriteStartArray("signatures");
            foreach (var signature in signed)
            {
                json.WriteStartObject();
                WriteSignature(json, signature);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteSignature(Utf8JsonWriter json, (string Header, string Signature) signed)
    {
        json.WriteString("protected", signed.Header);
        json.WriteString("signature", signed.Signature);
    }

    private static void WriteHeader(Utf8JsonWriter json, IJwsSigner signer, Action<Utf8JsonWriter>? writeHeader)
    {
        json.WriteStartObject();
        json.WriteString("alg", signer.Algorithm);
        if (signer.KeyId is { } keyId)
        {
            json.WriteString("kid", keyId);
        }

        writeHeader?.Invoke(json);
        json.WriteEndObject();
    }

    private static byte[] Encode(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, BoundedJson.Writer))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
