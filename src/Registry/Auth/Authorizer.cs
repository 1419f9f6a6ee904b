using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Coffer.Registry.Remote;

namespace Coffer.Registry.Auth;

/// <summary>
/// Knows what one registry wants to see in <c>Authorization</c>, and keeps one token a scope. Safe for several requests
/// at once; a token that many wait for is fetched once.
/// </summary>
internal sealed class Authorizer(RegistryTransport transport, CredentialSource credentials, TimeProvider clock, bool plainAllowed) : IDisposable
{
    private readonly TokenService _service = new(transport, clock);
    private readonly ConcurrentDictionary<string, AccessToken> _tokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile IReadOnlyList<Challenge> _challenges = [];

    /// <summary>Takes over what the registry's newest 401 offers.</summary>
    public void Learn(HttpResponseMessage response)
    {
        var offered = Challenge.ReadAll(response);
        if (offered.Count > 0) _challenges = offered;
    }

    /// <summary>The credentials that requests for this repository carry; null where there are none.</summary>
    public ValueTask<RegistryCredentials?> CredentialsAsync(TokenScope scope, CancellationToken cancellationToken) =>
        credentials.ForAsync(scope.Repository, cancellationToken);

    /// <summary>What to send; null where the registry asks for nothing, or where nothing fits what it asks for.</summary>
    /// <param name="registry">Its address.</param>
    /// <param name="scope">What the request wants to do.</param>
    /// <param name="refused">The header that was just refused: what it came from is not used again. Null at first.</param>
    /// <param name="cancellationToken">Abandons the request.</param>
    public async Task<AuthenticationHeaderValue?> HeaderAsync(Uri registry, TokenScope scope, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        foreach (var challenge in _challenges)
        {
            if (challenge.Is("Bearer"))
            {
                var token = await TokenAsync(registry, challenge, scope, refused, cancellationToken).ConfigureAwait(false);
                return new AuthenticationHeaderValue("Bearer", token.Value);
            }
            if (challenge.Is("Basic") && await CredentialsAsync(scope, cancellationToken).ConfigureAwait(false) is { IdentityToken: null } account)
            {
                return TokenService.Basic(account);
            }
        }
        return null;
    }

    private async Task<AccessToken> TokenAsync(Uri registry, Challenge challenge, TokenScope scope, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        var realm = RealmRule.Check(challenge["realm"], registry, plainAllowed);
        var scopes = scope.Texts.ToList();
        // What a 401 asks for beyond our own guess; at the first ping it names nothing of this repository.
        if (refused is not null && challenge["scope"] is { Length: > 0 and <= 4096 } asked)
        {
            scopes.AddRange(asked.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(s => s.StartsWith($"repository:{scope.Repository}:", StringComparison.Ordinal) && !scopes.Contains(s)));
        }
        var key = string.Join(' ', scope.Texts);
        if (Cached(key, refused) is { } known) return known;
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Cached(key, refused) is { } fresh) return fresh;
            var account = await CredentialsAsync(scope, cancellationToken).ConfigureAwait(false);
            return _tokens[key] = await _service.FetchAsync(realm, challenge["service"], scopes, account, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private AccessToken? Cached(string key, AuthenticationHeaderValue? refused) =>
        _tokens.TryGetValue(key, out var token) && token.Serves(clock.GetUtcNow()) && token.Value != refused?.Parameter ? token : null;

    public void Dispose() => _one.Dispose();
}
