using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit;

/// <summary>
/// Entries as bytes: JSON without blanks whose members are always these, in this order. What is hashed is what is stored, so no reader
/// has to write it again to check it.
/// </summary>
internal static class AuditCodec
{
    public const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int Version = 1;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = AuditLimits.MostDepth };
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = AuditLimits.MostDepth, AllowDuplicateProperties = false };

    /// <summary>What the first entry names as its previous one.</summary>
    public static string Beginning(string writer) => Hash(Encoding.UTF8.GetBytes("coffer-audit-chain-1\0" + writer));

    public static string Hash(ReadOnlySpan<byte> entry) => Convert.ToHexStringLower(SHA256.HashData(entry));

    public static byte[] Write(AuditEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, Version);
            json.WriteNumber("seq"u8, entry.Sequence);
            json.WriteString("time"u8, entry.Time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
            json.WriteString("request_id"u8, entry.Event.RequestId);
            json.WriteString("action"u8, entry.Event.Action);
            json.WriteString("outcome"u8, Word(entry.Event.Outcome));
            json.WriteString("reason"u8, entry.Event.Reason);
            json.WriteString("actor"u8, entry.Event.Actor);
            json.WriteString("subject"u8, entry.Event.Subject);
            json.WritePropertyName("explanation"u8);
            if (entry.Event.Explanation is { } explanation) json.WriteRawValue(Bounded(explanation), skipInputValidation: true);
            else json.WriteNullValue();
            json.WriteString("previous"u8, entry.Previous);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null where the bytes are no entry.</summary>
    public static AuditEntry? Read(string writer, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > AuditLimits.MostEntryBytes) return null;
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            var root = document.RootElement;
            if (root.GetProperty("v"u8).GetInt32() != Version || Outcome(Text(root, "outcome")) is not { } outcome) return null;
            var time = DateTimeOffset.ParseExact(Text(root, "time"), TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            var explanation = root.GetProperty("explanation"u8);
            return new AuditEntry(
                writer,
                root.GetProperty("seq"u8).GetInt64(),
                time,
                new AuditEvent(Text(root, "request_id"), Text(root, "action"), outcome, Text(root, "reason"))
                {
                    Actor = root.GetProperty("actor"u8).GetString(),
                    Subject = root.GetProperty("subject"u8).GetString(),
                    Explanation = explanation.ValueKind == JsonValueKind.Null ? null : JsonObject.Create(explanation.Clone()),
                },
                Text(root, "previous"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    public static string Word(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Allowed => "allowed",
        AuditOutcome.Denied => "denied",
        _ => "failed",
    };

    public static AuditOutcome? Outcome(string word) => word switch
    {
        "allowed" => AuditOutcome.Allowed,
        "denied" => AuditOutcome.Denied,
        "failed" => AuditOutcome.Failed,
        _ => null,
    };

    /// <summary>Within <see cref="AuditLimits"/>, and without characters that a terminal obeys.</summary>
    /// <exception cref="ArgumentException">The request's id is none.</exception>
    public static AuditEvent Bound(AuditEvent entry)
    {
        if (!AuditLimits.IsRequestId(entry.RequestId)) throw new ArgumentException($"a request's id has 1 to {AuditLimits.MostRequestId} letters, digits and dashes", nameof(entry));
        return entry with
        {
            Action = Printable.Of(entry.Action, AuditLimits.MostAction),
            Reason = Printable.Of(entry.Reason, AuditLimits.MostReason),
            Actor = entry.Actor is { } actor ? Printable.Of(actor, AuditLimits.MostActor) : null,
            Subject = entry.Subject is { } subject ? Printable.Of(subject, AuditLimits.MostSubject) : null,
        };
    }

    private static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() ?? throw new FormatException();

    private static ReadOnlySpan<byte> Bounded(JsonObject explanation)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        try
        {
            using var json = new Utf8JsonWriter(buffer, Compact with { MaxDepth = AuditLimits.MostDepth - 1 });
            explanation.WriteTo(json);
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException)
        {
            return """{"omitted":"nested too deep"}"""u8;
        }
        return buffer.WrittenCount <= AuditLimits.MostExplanationBytes ? buffer.WrittenSpan : """{"omitted":"too long"}"""u8;
    }
}
