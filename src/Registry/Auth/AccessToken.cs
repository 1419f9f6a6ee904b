using System.Text.Json;
using Coffer.Oci;

namespace Coffer.Registry.Auth;

/// <summary>A bearer token and how long it serves. Never printed.</summary>
internal sealed class AccessToken(string value, DateTimeOffset until)
{
    private const int LongestToken = 64 * 1024;
    private const int DefaultSeconds = 60; // what the token specification says where expires_in is absent
    private const int MostSeconds = 24 * 3600;

    public string Value { get; } = value;

    public bool Serves(DateTimeOffset now) => now < until;

    /// <summary>Reads a token service's answer: <c>token</c> or <c>access_token</c>, and <c>expires_in</c> seconds.</summary>
    /// <exception cref="CofferException">It holds no token that an HTTP header could carry.</exception>
    public static AccessToken Read(ReadOnlyMemory<byte> json, string service, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && (Text(root, "token") ?? Text(root, "access_token")) is { Length: > 0 and <= LongestToken } token
                && !token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                var seconds = root.TryGetProperty("expires_in", out var expires) && expires.ValueKind == JsonValueKind.Number && expires.TryGetInt64(out var s) && s > 0
                    ? Math.Min(s, MostSeconds) : DefaultSeconds;
                // Given up a little early: a token must outlive the request that carries it to the registry.
                return new AccessToken(token, now + TimeSpan.FromSeconds(seconds - Math.Min(10, seconds / 5.0)));
            }
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new CofferException($"the token service {service} answers with no token", ExitStatus.Unreachable);
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
