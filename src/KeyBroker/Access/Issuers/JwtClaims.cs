using System.Text.Json;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>The claims of a token, each asked for with its type. The payload is bounded by the token's own bound.</summary>
internal sealed class JwtClaims : IDisposable
{
    private const long LatestSecond = 253_402_300_799; // the end of the year 9999
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly JsonDocument _document;

    private JwtClaims(JsonDocument document) => _document = document;

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: it is no JSON object.</exception>
    public static JwtClaims Parse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var document = JsonDocument.Parse(payload, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return new JwtClaims(document);
            document.Dispose();
        }
        catch (JsonException)
        {
            // As if it were another thing than an object.
        }
        throw new BrokerException(BrokerFault.Unauthenticated, "the token's claims are no JSON object, or have one twice");
    }

    public bool Has(string name) => _document.RootElement.TryGetProperty(name, out _);

    /// <summary>A text; null where it is absent, empty or of another type.</summary>
    public string? Text(string name) => _document.RootElement.TryGetProperty(name, out var value) && TextOf(value) is { Length: > 0 } text ? text : null;

    /// <summary>A NumericDate (RFC 7519 section 2); null where it is absent or none.</summary>
    public DateTimeOffset? Time(string name) =>
        _document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= LatestSecond
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;

    /// <summary>The texts under a name, which is a claim's, or, where it begins with a slash, a JSON pointer to one (RFC 6901); one text counts as a list of it.</summary>
    public IReadOnlyCollection<string> Values(string name)
    {
        var value = _document.RootElement;
        foreach (var step in name.StartsWith('/') ? name[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)) : [name])
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value)) return [];
        }
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(TextOf).OfType<string>()] : TextOf(value) is { } one ? [one] : [];
    }

    public void Dispose() => _document.Dispose();

    // True and false are written as JSON has them: email_verified is such a claim.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.True => "true", JsonValueKind.False => "false", _ => null };
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }
}
