using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Access;

/// <summary>Finds out who calls.</summary>
internal sealed class CallerCheck(IBrokerStore store, AccessTokens tokens, BootstrapEnd bootstrap)
{
    /// <param name="shown">What the request shows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>.</exception>
    public async Task<Caller> RequireAsync(ShownCredential shown, CancellationToken cancellationToken)
    {
        if (!BearerToken.TryFromHeader(shown.Authorization, out var bearer))
        {
            throw new BrokerException(
                BrokerFault.Unauthenticated, shown.Authorization is null ? "this needs an access token" : "the credential is no access token of a broker",
                "send 'Authorization: Bearer coffer_...'; for the command line set COFFER_TOKEN or --token-file");
        }
        var token = await store.ReadAsync(reader => tokens.FindAsync(reader, bearer), cancellationToken).ConfigureAwait(false);
        var caller = token.ToCaller();
        await bootstrap.NoteAsync(shown.RequestId, caller, token.Expires, cancellationToken).ConfigureAwait(false);
        return caller;
    }
}
