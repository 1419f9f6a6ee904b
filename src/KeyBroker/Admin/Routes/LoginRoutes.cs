using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>A credential that others vouch for, exchanged for a token of the broker's own that lives for an hour at most.</summary>
internal sealed class LoginRoutes
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    private readonly BrokerParts _parts;

    private LoginRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new LoginRoutes(parts);
        yield return new("POST", "login", Permission.Authenticated, "Exchanges an issuer's token or a client certificate for an access token that may do the same, in the same name, for an hour at most.", routes.LogInAsync)
        {
            Accepts = RouteBody.Object("Nothing, or how long.", new RouteMember("ttl", "string", "How long it lives: 1m to 1h, which it gets otherwise.", IsRequired: false)) with { IsRequired = false },
            Answers = RouteBody.Object(
                "The token, which is shown once.",
                new RouteMember("id", "string", "Its id."), new RouteMember("subject", "string", "Whose it is, as the audit names him."), new RouteMember("can", "strings", "His roles."),
                new RouteMember("paths", "strings", "What those reach that have paths."), new RouteMember("created", "string", "When it was made."), new RouteMember("expires", "string", "From when on it is gone."),
                new RouteMember("token", "string", "What is sent as Authorization: Bearer.")),
        };
        yield return new("DELETE", "login", Permission.Authenticated, "Ends the token that the caller got by logging in and shows.", routes.LogOutAsync);
    }

    private async Task<AdminAnswer> LogInAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var caller = call.Caller;
        if (!caller.MayLogIn) throw new AccessDeniedException("an access token of the broker's own is not exchanged for another", "log in with an issuer's token or a client certificate");
        if (caller.Grants.Count == 0) throw new AccessDeniedException($"{AccessDeniedException.NameOf(caller)} may do nothing here", "an administrator grants roles in the file of --access");
        var lifetime = AdminBody.Of(call, "ttl").TextOrNull("ttl") is { } ttl ? Lifetime.Parse(ttl) : Longest;
        if (lifetime < Shortest || lifetime > Longest) throw new BrokerException(BrokerFault.BadRequest, "a token by logging in lives for 1m to 1h");
        var (token, text) = await _parts.Store.WriteAsync(
            async s =>
            {
                var made = await _parts.AccessTokens.LogInAsync(s, caller, lifetime).ConfigureAwait(false);
                var roles = made.Token.Grants.Count == 0 ? "what he owns" : string.Join("; ", made.Token.Grants);
                await _parts.Audit.AppendAsync(s, Change.Of(call, "token.login", made.Token.Id, $"until {made.Token.Expires:u}: {roles}")).ConfigureAwait(false);
                return made;
            }, cancellationToken).ConfigureAwait(false);
        var shown = token.Describe(_parts.Time.GetUtcNow());
        return AdminAnswer.Created(new JsonObject
        {
            ["id"] = token.Id, ["subject"] = token.Subject, ["can"] = shown["can"]!.DeepClone(), ["paths"] = shown["paths"]!.DeepClone(),
            ["created"] = shown["created"]!.DeepClone(), ["expires"] = shown["expires"]!.DeepClone(), ["token"] = text,
        });
    }

    private async Task<AdminAnswer> LogOutAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var id = call.Caller.LoginToken ?? throw new AccessDeniedException("no token of a login was shown", "other tokens are ended by 'coffer broker token delete ID'");
        await _parts.Store.WriteAsync(
            async s =>
            {
                await AccessTokens.DeleteAsync(s, id).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(s, Change.Of(call, "token.logout", id, "ended")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }
}
