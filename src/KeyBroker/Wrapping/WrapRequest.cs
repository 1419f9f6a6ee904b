using System.Text.Json;

namespace Coffer.KeyBroker.Wrapping;

/// <summary>Reads <c>{"keyid","options","trial"}</c> without making a string of the options, which hold a layer's key.</summary>
internal static class WrapRequest
{
    public const int MostBytes = 64 * 1024;

    private const int MostKeyId = 512;

    private static readonly JsonDocumentOptions Form = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <returns>The caller zeroes the options.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>.</exception>
    public static WrapOrder Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Form);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(m => m.Name is not ("keyid" or "options" or "trial"))) throw Bad("has other members than keyid, options and trial");
            var keyId = root.TryGetProperty("keyid", out var named) && named.ValueKind != JsonValueKind.Null ? named.GetString() : null;
            if (keyId?.Length > MostKeyId) throw Bad($"has a keyid of more than {MostKeyId} characters");
            var trial = root.TryGetProperty("trial", out var tried) && tried.GetBoolean();
            return root.TryGetProperty("options", out var value) && value.TryGetBytesFromBase64(out var options) ? new WrapOrder(keyId, options, trial) : throw Bad("has no options in base64");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad("is not of its form");
        }
    }

    private static BrokerException Bad(string why) => new(
        BrokerFault.BadRequest, $"the request {why}", """{"keyid":"kbs:///REPOSITORY/TYPE/TAG" or null,"options":base64,"trial":true or false}""");
}
