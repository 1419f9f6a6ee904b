using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Documents;

/// <summary>JSON objects as records hold them. What does not read is a damaged store, and is said so.</summary>
internal static class StoredDocument
{
    public static byte[] Write(JsonObject document) => JsonText.Utf8(document);

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: not such a record.</exception>
    public static T Read<T>(string what, ReadOnlySpan<byte> value, Func<JsonObject, T> read)
    {
        try
        {
            return read(JsonNode.Parse(value)!.AsObject());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            throw new BrokerException(BrokerFault.Internal, $"a stored {what} does not read as one", "the store was altered, or written by a newer broker", e);
        }
    }

    public static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.FromUnixTimeMilliseconds((long)node!);

    public static DateTimeOffset? OptionalTime(JsonNode? node) => node is null ? null : Time(node);

    public static JsonNode Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static string[] Texts(JsonNode? node) => [.. node!.AsArray().Select(n => (string)n!)];
}
