using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin;

/// <summary>
/// A request's JSON object, read member by member. Everything that is not as the route says is refused with the member's name:
/// another type, a member that stands twice or that nobody knows.
/// </summary>
internal sealed class AdminBody
{
    private const int MostDepth = 64;

    private readonly JsonObject _json;

    private AdminBody(JsonObject json) => _json = json;

    /// <param name="call">The call.</param>
    /// <param name="known">The members that may be there.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none.</exception>
    public static AdminBody Of(AdminCall call, params IReadOnlyList<string> known)
    {
        var json = Parse(call.Body);
        foreach (var (name, _) in json)
        {
            if (!known.Contains(name)) throw Bad($"'{Printable.Of(name, 64)}' is no member of this request", $"it can have {string.Join(", ", known)}");
        }
        return new AdminBody(json);
    }

    /// <summary>The body as a JSON object; an empty body counts as an empty object.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none.</exception>
    public static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) return [];
        try
        {
            var node = JsonNode.Parse(body.Span, documentOptions: new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false });
            Touch(node);
            return node as JsonObject ?? throw Bad("the request's body is JSON, but no object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new BrokerException(BrokerFault.BadRequest, "the request's body is not JSON in UTF-8, too deep, or has a member twice", inner: e);
        }
    }

    /// <summary>A text of 1 to so many characters, without control characters.</summary>
    public string Text(string name, int most = 256) => TextOrNull(name, most) ?? throw Bad($"'{name}' is missing");

    /// <summary>The same; null where it is absent or null.</summary>
    public string? TextOrNull(string name, int most = 256) => _json[name] is { } node ? TextOf(node, name, most) : null;

    /// <summary>An array of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name, int most, int mostCharacters = 256)
    {
        if (_json[name] is not { } node) return [];
        if (node is not JsonArray array || array.Count > most) throw Bad($"'{name}' is not an array of at most {most} texts");
        return [.. array.Select(n => TextOf(n, name, mostCharacters))];
    }

    /// <summary>Whether a member is there, also as null.</summary>
    public bool Has(string name) => _json.ContainsKey(name);

    /// <summary>A whole number within bounds, of 64 bits; null where it is absent.</summary>
    public long? LongOrNull(string name, long least, long most)
    {
        if (_json[name] is not { } node) return null;
        if (node is JsonValue value && value.TryGetValue<long>(out var number) && number >= least && number <= most) return number;
        throw Bad($"'{name}' is not a whole number from {least} to {most}");
    }

    /// <summary>A whole number within bounds; null where it is absent.</summary>
    public int? NumberOrNull(string name, int least, int most)
    {
        if (_json[name] is not { } node) return null;
        if (node is JsonValue value && value.TryGetValue<int>(out var number) && number >= least && number <= most) return number;
        throw Bad($"'{name}' is not a whole number from {least} to {most}");
    }

    /// <summary>A JSON object; null where it is absent or null.</summary>
    public JsonObject? ObjectOrNull(string name) => _json[name] is not { } node ? null : node as JsonObject ?? throw Bad($"'{name}' is not an object");

    private static string TextOf(JsonNode? node, string name, int most) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? TextOf(text, name, most) : throw Bad($"'{name}' is not a text");

    // Names and texts are decoded only when they are asked for, and half a surrogate pair shows only then.
    private static void Touch(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (_, value) in members) Touch(value);
                break;
            case JsonArray items:
                foreach (var item in items) Touch(item);
                break;
            case JsonValue value:
                value.TryGetValue<string>(out _);
                break;
        }
    }

    private static string TextOf(string text, string name, int most)
    {
        if (text.Length == 0 || text.Length > most) throw Bad($"'{name}' has {text.Length} characters, not 1 to {most}");
        return text.Any(char.IsControl) ? throw Bad($"'{name}' holds a control character") : text;
    }

    private static BrokerException Bad(string message, string? hint = null) => new(BrokerFault.BadRequest, message, hint);
}
