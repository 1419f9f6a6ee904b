using System.Text.Json;

namespace Coffer.KeyBroker.Wrapping;

/// <summary>Reads <c>{"keyid","options"}</c> without making a string of the options, which hold a layer's key.</summary>
internal static class WrapRequest
{
    public const int MostBytes = 64 * 1024;

    private const int MostKeyId = 512;

    private static readonly JsonDocumentOptions Form = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <returns>The caller zeroes the options.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>.</exception>
    public static (string? KeyId, byte[] Options) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Form);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(m => m.Name is not ("keyid" or "options"))) throw Bad("has other members than keyid and options");
            var keyId = root.TryGetProperty("keyid", out var named) && named.ValueKind != JsonValueKind.Null ? named.GetString() : null;
            if (keyId?.Length > MostKeyId) throw Bad($"has a keyid of more than {MostKeyId} characters");
            return root.TryGetProperty("options", out var value) && value.TryGetBytesFromBase64(out var options) ? (keyId, options) : throw Bad("has no options in base64");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad("is not of its form");
        }
    }

    private static BrokerException Bad(string why) => new(BrokerFault.BadRequest, $"the request {why}", """{"keyid":"kbs:///REPOSITORY/TYPE/TAG" or null,"options":base64}""");
}
