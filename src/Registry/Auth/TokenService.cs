using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Coffer.Oci;
using Coffer.Registry.Remote;

namespace Coffer.Registry.Auth;

/// <summary>
/// Fetches bearer tokens: with GET for accounts and for nobody, with POST (OAuth 2 refresh) for identity tokens, as the
/// distribution project's token specification describes both.
/// </summary>
internal sealed class TokenService(RegistryTransport transport, TimeProvider clock)
{
    private const string ClientId = "coffer";
    private const int LongestAnswer = 256 * 1024;

    /// <param name="realm">Already checked (<see cref="RealmRule"/>).</param>
    /// <param name="service">The name the registry gave itself, if any.</param>
    /// <param name="scopes">What is asked for.</param>
    /// <param name="credentials">Null: as nobody.</param>
    /// <param name="cancellationToken">Abandons the request.</param>
    /// <exception cref="CofferException">It refuses, or answers with nothing usable.</exception>
    public async Task<AccessToken> FetchAsync(Uri realm, string? service, IReadOnlyList<string> scopes, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(() => Request(realm, service, scopes, credentials), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK) throw await RefusedAsync(response, realm, credentials, cancellationToken).ConfigureAwait(false);
        var body = await transport.ReadAsync(response, LongestAnswer, $"the answer of token service {realm.Authority}", cancellationToken).ConfigureAwait(false);
        return AccessToken.Read(body, realm.Authority, clock.GetUtcNow());
    }

    private static HttpRequestMessage Request(Uri realm, string? service, IReadOnlyList<string> scopes, RegistryCredentials? credentials)
    {
        if (credentials?.IdentityToken is { } identity)
        {
            var form = new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token", ["refresh_token"] = identity, ["client_id"] = ClientId, ["scope"] = string.Join(' ', scopes),
            };
            if (service is not null) form["service"] = service;
            return new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(form) };
        }
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        if (service is not null) Append("service", service);
        foreach (var scope in scopes) Append("scope", scope);
        if (credentials is not null) Append("account", credentials.User);
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        if (credentials is not null) request.Headers.Authorization = Basic(credentials);
        return request;

        void Append(string name, string value) => query.Append(query.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    public static AuthenticationHeaderValue Basic(RegistryCredentials credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.User}:{credentials.Password}")));

    private async Task<CofferException> RefusedAsync(HttpResponseMessage response, Uri realm, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest && credentials is not null)
        {
            return new RegistryException($"the token service {realm.Authority} does not accept {credentials} ({(int)response.StatusCode})", response.StatusCode, null, ExitStatus.Failed, LoginHint.For(credentials));
        }
        return await RegistryFailure.ReadAsync(transport, response, $"the token service {realm.Authority} gives no token", null, cancellationToken).ConfigureAwait(false);
    }
}
