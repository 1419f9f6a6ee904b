using System.Text.Json;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Keys at the address that the issuer's configuration names (OpenID Connect Discovery 1.0, sections 4.1 and 4.3).</summary>
/// <param name="http">Fetches them; owned.</param>
/// <param name="issuer">The issuer, which its configuration must name to the character.</param>
internal sealed class DiscoveredKeySource(IssuerHttp http, string issuer) : IKeySource
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        var configuration = new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration");
        var keys = KeysOf(await http.GetAsync(configuration, cancellationToken).ConfigureAwait(false));
        return await http.GetAsync(keys, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => http.Dispose();

    private Uri KeysOf(byte[] configuration)
    {
        try
        {
            using var document = JsonDocument.Parse(configuration, Strict);
            var named = document.RootElement.GetProperty("issuer"u8).GetString();
            if (named != issuer) throw Unavailable($"names another issuer, {Printable.Of(named, 256)}");
            return new Uri(document.RootElement.GetProperty("jwks_uri"u8).GetString() ?? "", UriKind.Absolute);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or UriFormatException)
        {
            throw Unavailable("is not of its form, or names no keys", e);
        }
    }

    private BrokerException Unavailable(string what, Exception? inner = null) =>
        new(BrokerFault.Unavailable, $"the configuration of the issuer {Printable.Of(issuer, 256)} {what}", null, inner);
}
