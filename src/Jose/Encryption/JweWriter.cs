using System.Buffers;
using System.Text;
using System.Text.Json;
using Coffer.Jose.Keys;
using Coffer.Jose.Text;

namespace Coffer.Jose.Encryption;

/// <summary>
/// Writes headers and envelopes the way Go's JOSE library does, which the oldest readers know: header members in
/// alphabetical order, and everything in the protected header unless there is a list of recipients.
/// </summary>
internal static class JweWriter
{
    /// <summary>The base64url of the protected header: of the one recipient given, or of `enc` alone.</summary>
    public static string ProtectedHeader(string enc, KeyWrapping? recipient) =>
        StrictBase64Url.Encode(Json(json => WriteHeader(json, enc, recipient)));

    public static string Compact(string protectedHeader, KeyWrapping recipient, byte[] iv, byte[] ciphertext, byte[] tag) => string.Join(
        '.',
        protectedHeader,
        StrictBase64Url.Encode(recipient.EncryptedKey),
        StrictBase64Url.Encode(iv),
        StrictBase64Url.Encode(ciphertext),
        StrictBase64Url.Encode(tag));

    public static string Json(
        string protectedHeader, IReadOnlyList<KeyWrapping> recipients, bool general, string? aad, byte[] iv, byte[] ciphertext, byte[] tag) =>
        Encoding.UTF8.GetString(Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("protected", protectedHeader);
            if (general)
            {
                WriteRecipients(json, recipients);
            }
            else
            {
                WriteEncryptedKey(json, recipients[0]);
            }

            if (aad is not null)
            {
                json.WriteString("aad", aad);
            }

            json.WriteString("iv", StrictBase64Url.Encode(iv));
            json.WriteString("ciphertext", StrictBase64Url.Encode(ciphertext));
            json.WriteString("tag", StrictBase64Url.Encode(tag));
            json.WriteEndObject();
        }));

    private static void WriteRecipients(Utf8JsonWriter json, IReadOnlyList<KeyWrapping> recipients)
    {
        json.WriteStartArray("recipients");
        foreach (var recipient in recipients)
        {
            json.WriteStartObject();
            json.WritePropertyName("header");
            WriteHeader(json, enc: null, recipient);
            WriteEncryptedKey(json, recipient);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEncryptedKey(Utf8JsonWriter json, KeyWrapping recipient)
    {
        if (!recipient.Algorithm.HasNoEncryptedKey)
        {
            json.WriteString("encrypted_key", StrictBase64Url.Encode(recipient.EncryptedKey));
        }
    }

    private static void WriteHeader(Utf8JsonWriter json, string? enc, KeyWrapping? recipient)
    {
        json.WriteStartObject();
        if (recipient is not null)
        {
            json.WriteString("alg", recipient.Algorithm.Name);
        }

        if (enc is not null)
        {
            json.WriteString("enc", enc);
        }

        if (recipient?.Ephemeral is { } ephemeral)
        {
            json.WriteStartObject("epk");
            JwkWriter.WriteEphemeral(json, ephemeral);
            json.WriteEndObject();
        }

        if (recipient?.KeyId is { } keyId)
        {
            json.WriteString("kid", keyId);
        }

        json.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, BoundedJson.Writer))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
