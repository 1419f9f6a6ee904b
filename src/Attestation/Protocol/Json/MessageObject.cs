using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Coffer.Attestation.Protocol.Json;

/// <summary>One JSON object of a message or of evidence: every member is asked for with its kind and its bound. Unknown members are ignored.</summary>
/// <param name="element">The value; anything but an object is malformed.</param>
/// <param name="what">How errors name it.</param>
internal readonly struct MessageObject(JsonElement element, string what)
{
    /// <summary>Nesting that messages have room for; evidence of every TEE known needs less than half.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private readonly JsonElement _element = element.ValueKind == JsonValueKind.Object ? element : throw Malformed(what, "is not a JSON object");

    /// <summary>Parses a whole message, and hands out what is made of it.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, int maxBytes, string what, Func<MessageObject, T> read)
    {
        if (utf8.Length > maxBytes) throw Malformed(what, $"has {utf8.Length} bytes; at most {maxBytes} are read");
        if (!Utf8.IsValid(utf8.Span)) throw Malformed(what, "is not UTF-8 text");
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return read(new MessageObject(document.RootElement, what));
        }
        catch (JsonException e)
        {
            throw Malformed(what, $"is not JSON, has a member twice, or nests deeper than {MaxDepth} (line {e.LineNumber + 1 ?? 0}, byte {e.BytePositionInLine ?? 0})");
        }
        catch (InvalidOperationException)
        {
            // The platform finds an unpaired surrogate in a member's name when it compares names.
            throw Malformed(what, "has text that is not valid Unicode");
        }
    }

    /// <summary>The object itself.</summary>
    public JsonElement Whole => _element;

    public bool Has(string name) => Find(name) is not null;

    /// <summary>The member, unless it is absent or null.</summary>
    public JsonElement? Find(string name)
    {
        try
        {
            return _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw Malformed(what, "has a member whose name is not valid Unicode");
        }
    }

    public JsonElement Required(string name) => Find(name) ?? throw Malformed(what, $"lacks '{name}'");

    public MessageObject Object(string name) => new(Required(name), $"{what}: '{name}'");

    public MessageObject? OptionalObject(string name) => Find(name) is { } value ? new MessageObject(value, $"{what}: '{name}'") : null;

    public string? OptionalText(string name, int mostCharacters) => Find(name) is { } value ? Text(value, name, mostCharacters) : null;

    public string Text(string name, int mostCharacters) => Text(Required(name), name, mostCharacters);

    public byte[]? OptionalBytes(string name, int mostBytes) => Find(name) is { } value ? Decode(value, name, mostBytes) : null;

    /// <summary>Standard base64 with padding.</summary>
    public byte[] Bytes(string name, int mostBytes) => Decode(Required(name), name, mostBytes);

    public bool Flag(string name) => Required(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Malformed(what, $"'{name}' is neither true nor false"),
    };

    public List<JsonElement> Array(string name, int most)
    {
        var value = Required(name);
        if (value.ValueKind != JsonValueKind.Array) throw Malformed(what, $"'{name}' is not a list");
        return value.GetArrayLength() <= most ? [.. value.EnumerateArray()] : throw Malformed(what, $"'{name}' has more than {most} entries");
    }

    public string TextOf(JsonElement value, string name, int mostCharacters) => Text(value, name, mostCharacters);

    public AttestationException Wrong(string problem) => Malformed(what, problem);

    private string Text(JsonElement value, string name, int most)
    {
        if (value.ValueKind != JsonValueKind.String) throw Malformed(what, $"'{name}' is not a text");
        try
        {
            var text = value.GetString()!;
            return text.Length <= most ? text : throw Malformed(what, $"'{name}' has more than {most} characters");
        }
        catch (InvalidOperationException)
        {
            throw Malformed(what, $"'{name}' is not valid Unicode text");
        }
    }

    private byte[] Decode(JsonElement value, string name, int most)
    {
        var text = Encoding.UTF8.GetBytes(Text(value, name, Base64.GetMaxEncodedToUtf8Length(most)));
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (text.AsSpan().ContainsAny(" \t\r\n"u8) || Base64.DecodeFromUtf8(text, bytes, out var read, out var written) != System.Buffers.OperationStatus.Done || read != text.Length)
            throw Malformed(what, $"'{name}' is not base64");
        return written <= most ? bytes[..written] : throw Malformed(what, $"'{name}' has more than {most} bytes");
    }

    private static AttestationException Malformed(string what, string problem) => new(AttestationFault.Malformed, $"{what} {problem}");
}
