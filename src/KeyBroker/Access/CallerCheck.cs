using Coffer.KeyBroker.Access.Issuers;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Limits;
using Coffer.KeyBroker.Namespaces;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Access;

/// <summary>Finds out who calls: by a token of the broker's own, by one of an issuer that is let in, or, where no token is sent, by client certificate.</summary>
internal sealed class CallerCheck(IBrokerStore store, AccessTokens tokens, AccessIdentities identities, RateLimits limits, BootstrapEnd bootstrap)
{
    /// <param name="shown">What the request shows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>; <see cref="BrokerFault.Unavailable"/>: an issuer's keys cannot be had.</exception>
    /// <exception cref="LimitedException">Too often, or too many from there did not hold.</exception>
    public async Task<Caller> RequireAsync(ShownCredential shown, CancellationToken cancellationToken)
    {
        var (caller, until) = await CountedAsync(shown, cancellationToken).ConfigureAwait(false);
        if (!shown.IsSeenBefore) limits.Admin(caller.Actor);
        caller = await WithOwnedAsync(caller, cancellationToken).ConfigureAwait(false);
        await bootstrap.NoteAsync(shown.RequestId, caller, until, cancellationToken).ConfigureAwait(false);
        return caller;
    }

    /// <summary>Nobody is asked for, since the route checks a proof of its own.</summary>
    /// <exception cref="LimitedException">Too often from there.</exception>
    public Caller Unknown(ShownCredential shown)
    {
        limits.Enroll(shown.Source);
        return Caller.Unknown;
    }

    // An owner of a namespace is a key owner below it, whatever else his credential makes of him.
    private async Task<Caller> WithOwnedAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Holds(Permission.Admin)) return caller;
        var owned = await store.ReadAsync(s => NamespaceShelf.OwnedAsync(s, caller.Actor!), cancellationToken).ConfigureAwait(false);
        return owned.Count == 0 ? caller : caller with { Grants = [.. caller.Grants, Grant.Of(Role.KeyOwner, [.. owned.Select(p => $"{p}/**")])] };
    }

    private async Task<(Caller Caller, DateTimeOffset? Until)> CountedAsync(ShownCredential shown, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(shown, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Fault == BrokerFault.Unauthenticated)
        {
            limits.Refused(shown.Source);
            throw;
        }
    }

    // With until when the right stands: that of an issuer's or a certificate's holder is the operator's to take away.
    private async Task<(Caller Caller, DateTimeOffset? Until)> FindAsync(ShownCredential shown, CancellationToken cancellationToken)
    {
        if (BearerToken.TryFromHeader(shown.Authorization, out var bearer))
        {
            var token = await store.ReadAsync(reader => tokens.FindAsync(reader, bearer), cancellationToken).ConfigureAwait(false);
            return (token.ToCaller(), token.Expires);
        }
        if (JwtCheck.TryFromHeader(shown.Authorization, out var jwt)) return (await identities.RequireAsync(jwt, cancellationToken).ConfigureAwait(false), null);
        if (shown is { Authorization: null, Certificate: { } certificate }) return (identities.Require(certificate), null);
        throw new BrokerException(
            BrokerFault.Unauthenticated, shown.Authorization is null ? "this needs an access token" : "the credential is no access token of a broker",
            "send 'Authorization: Bearer coffer_...'; for the command line set COFFER_TOKEN or --token-file");
    }
}
