using System.Text.Json;
using System.Text.Unicode;
using Coffer.Oci;

namespace Coffer.KeyBroker.Documents;

/// <summary>
/// A JSON object that somebody sent: bounded, without doubled members, and with no member that is not asked for, since one that is
/// misspelt would silently do nothing.
/// </summary>
internal sealed class InputDocument
{
    private const int Depth = 8;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Depth, AllowDuplicateProperties = false };

    private readonly JsonElement _root;
    private readonly string _what;

    private InputDocument(JsonElement root, string what) => (_root, _what) = (root, what);

    /// <param name="what">What it is, for messages.</param>
    /// <param name="utf8">The body; an empty one reads as an object without members.</param>
    /// <param name="members">Every member that it may have.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: not such an object.</exception>
    public static InputDocument Read(string what, ReadOnlyMemory<byte> utf8, params ReadOnlySpan<string> members)
    {
        var document = new InputDocument(Parse(what, utf8), what);
        foreach (var member in document._root.EnumerateObject())
        {
            if (!members.Contains(member.Name)) throw document.Bad($"has a member '{Printable.Of(member.Name, 64)}'", $"it may have {string.Join(", ", members)}");
        }
        return document;
    }

    public bool Has(string name) => Value(name) is not null;

    public string? Text(string name, int most)
    {
        if (Value(name) is not { } value) return null;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Bad($"{name} is not a text");
        return text.Length == 0 ? throw Bad($"{name} is empty")
            : text.Length > most ? throw Bad($"{name} has {text.Length} characters; at most {most} are taken")
            : Printable.Of(text, most) != text ? throw Bad($"{name} has characters that cannot be printed")
            : text;
    }

    public string RequiredText(string name, int most) => Text(name, most) ?? throw Missing(name);

    /// <summary>Base64 in the standard alphabet, padded.</summary>
    public byte[]? Base64(string name, int most)
    {
        if (Value(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) throw Bad($"{name} is not a text");
        var text = value.GetString()!;
        if (text.Length > Base64Length(most)) throw Bad($"{name} is longer than the {most} bytes that are taken");
        return Base64Text.TryDecode(text, out var bytes) && bytes.Length is > 0 && bytes.Length <= most ? bytes
            : throw Bad($"{name} is not base64 (standard alphabet, padded) of 1 to {most} bytes");
    }

    public byte[] RequiredBase64(string name, int most) => Base64(name, most) ?? throw Missing(name);

    public int? Number(string name, int least, int most) => Value(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw Bad($"{name} is not a whole number from {least} to {most}");

    /// <summary>An array of texts, each as <see cref="Text"/> takes them, without doubles.</summary>
    public IReadOnlyList<string>? Texts(string name, int mostTexts, int mostCharacters)
    {
        if (Value(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > mostTexts) throw Bad($"{name} is not an array of at most {mostTexts} texts");
        var texts = new List<string>();
        foreach (var element in value.EnumerateArray())
        {
            var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Bad($"{name} holds something that is not a text");
            if (text.Length == 0 || text.Length > mostCharacters || Printable.Of(text, mostCharacters) != text)
            {
                throw Bad($"{name} holds a text that is empty, longer than {mostCharacters} characters, or cannot be printed");
            }
            if (texts.Contains(text)) throw Bad($"{name} has '{text}' twice");
            texts.Add(text);
        }
        return texts;
    }

    public InputDocument Object(string name, params ReadOnlySpan<string> members)
    {
        var value = Value(name) ?? throw Missing(name);
        if (value.ValueKind != JsonValueKind.Object) throw Bad($"{name} is not an object");
        foreach (var member in value.EnumerateObject())
        {
            if (!members.Contains(member.Name)) throw Bad($"{name} has a member '{Printable.Of(member.Name, 64)}'", $"it may have {string.Join(", ", members)}");
        }
        return new InputDocument(value, $"{_what}: {name}");
    }

    public BrokerException Bad(string why, string? hint = null) => new(BrokerFault.BadRequest, $"{_what}: {why}", hint);

    private BrokerException Missing(string name) => Bad($"{name} is missing");

    private JsonElement? Value(string name) => _root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int Base64Length(int bytes) => System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes);

    private static JsonElement Parse(string what, ReadOnlyMemory<byte> utf8)
    {
        try
        {
            if (!Utf8.IsValid(utf8.Span)) throw new BrokerException(BrokerFault.BadRequest, $"{what} is not UTF-8 text");
            using var document = JsonDocument.Parse(utf8.IsEmpty ? "{}"u8.ToArray() : utf8, Options);
            var root = document.RootElement.Clone();
            if (root.ValueKind != JsonValueKind.Object) throw new BrokerException(BrokerFault.BadRequest, $"{what} is not a JSON object");
            EscapedText.Check(root);
            return root;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new BrokerException(BrokerFault.BadRequest, $"{what} is not well-formed JSON, nests deeper than {Depth}, or has a member twice", inner: e);
        }
    }
}
