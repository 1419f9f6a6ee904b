using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Access;

/// <summary>Finds out who calls.</summary>
internal sealed class CallerCheck(IBrokerStore store, AccessTokens tokens)
{
    /// <param name="authorization">The <c>Authorization</c> header; null where none or more than one was sent.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>.</exception>
    public async Task<Caller> RequireAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (!BearerToken.TryFromHeader(authorization, out var shown))
        {
            throw new BrokerException(
                BrokerFault.Unauthenticated, authorization is null ? "this needs an access token" : "the credential is no access token of a broker",
                "send 'Authorization: Bearer coffer_...'; for the command line set COFFER_TOKEN or --token-file");
        }
        var token = await store.ReadAsync(reader => tokens.FindAsync(reader, shown), cancellationToken).ConfigureAwait(false);
        return token.ToCaller();
    }
}
