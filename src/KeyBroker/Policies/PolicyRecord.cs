using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Policies;

/// <summary>Policies as records: <c>{"v":1,"version","put","actor","document"}</c>.</summary>
internal static class PolicyRecord
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(StoredPolicy policy)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, 1);
            json.WriteNumber("version"u8, policy.Version);
            json.WriteString("put"u8, policy.Put.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
            json.WriteString("actor"u8, policy.Actor);
            json.WritePropertyName("document"u8);
            policy.Document.WriteTo(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it cannot be read.</exception>
    public static StoredPolicy Read(string name, StoredRecord record)
    {
        try
        {
            using var document = JsonDocument.Parse(record.Value, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.GetProperty("v"u8).GetInt32() == 1)
            {
                return new StoredPolicy(
                    name,
                    root.GetProperty("version"u8).GetInt64(),
                    DateTimeOffset.ParseExact(root.GetProperty("put"u8).GetString() ?? "", TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                    root.GetProperty("actor"u8).GetString(),
                    JsonObject.Create(root.GetProperty("document"u8).Clone()) ?? throw new FormatException());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Broken(name, e);
        }
        throw Broken(name, null);
    }

    /// <summary>The document of a record, as bytes to be read as a policy.</summary>
    public static byte[] DocumentOf(StoredPolicy policy)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Compact)) policy.Document.WriteTo(json);
        return buffer.WrittenSpan.ToArray();
    }

    public static BrokerException Broken(string name, Exception? inner) =>
        new(BrokerFault.Internal, $"the stored policy {Printable.Of(name)} cannot be read", "put it anew", inner, ExitStatus.Integrity);
}
