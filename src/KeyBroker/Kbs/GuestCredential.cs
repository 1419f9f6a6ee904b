using Coffer.KeyBroker.Sessions;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Kbs;

/// <summary>Which attestation a guest means: by the cookie of an attested session, or by the token of one.</summary>
internal sealed class GuestCredential(IBrokerStore store, SessionStore sessions, EarTokens tokens)
{
    private const string Scheme = "Bearer ";

    /// <returns>The attestation's id; whether it still stands for anything is for the release to find out.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: neither holds.</exception>
    public async Task<string> RequireAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (SessionCookie.Read(request) is { } id)
        {
            var session = await store.ReadAsync(s => sessions.FindAsync(s, id), cancellationToken).ConfigureAwait(false);
            if (session?.AttestationId is { } attestation) return attestation;
        }
        var sent = request.Headers.Authorization;
        if (sent.Count == 1 && sent[0] is { } header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return await tokens.VerifyAsync(header[Scheme.Length..].Trim(' '), cancellationToken).ConfigureAwait(false);
        }
        throw new BrokerException(BrokerFault.Unauthenticated, "neither an attested session nor a token came with the request", "attest first");
    }
}
