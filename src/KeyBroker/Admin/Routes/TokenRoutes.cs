using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Resources;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Access tokens: who may use the administration API, and for what.</summary>
internal sealed class TokenRoutes
{
    private const int MostPaths = 64;
    private const int MostCharacters = 400;
    private static readonly TimeSpan UsualLifetime = TimeSpan.FromHours(24);

    private static readonly RouteMember[] Shown =
    [
        new("id", "string", "Its id, as the audit names who did something."),
        new("can", "strings", $"Its roles: any of {RoleNames.List}."),
        new("paths", "strings", "Globs of the resource paths that it reaches."),
        new("created", "string", "When it was made."),
        new("expires", "string", "From when on it is refused; null for never.", IsRequired: false),
        new("expired", "boolean", "Whether it is refused already."),
        new("comment", "string", "What its maker wrote about it.", IsRequired: false),
        new("subject", "string", "Who got it by logging in; null for one that an administrator made.", IsRequired: false),
    ];

    private readonly BrokerParts _parts;

    private TokenRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new TokenRoutes(parts);
        yield return new("GET", "tokens", Permission.ReadTokens, "Lists the access tokens, without their secrets.", routes.ListAsync)
        {
            Answers = RouteBody.List("All tokens; one that has expired is listed for a week.", Shown),
        };
        yield return new("POST", "tokens", Permission.Admin, "Makes an access token.", routes.CreateAsync)
        {
            Accepts = RouteBody.Object(
                "What it may do.",
                new RouteMember("can", "strings", "Any of wrap, audit, admin."),
                new RouteMember("paths", "strings", "Globs of resource paths, for wrap and key-owner: 'default/*' covers everything below default.", IsRequired: false),
                new RouteMember("ttl", "string", "How long it lives, such as 30m, 24h (what it gets otherwise) or 90d.", IsRequired: false),
                new RouteMember("comment", "string", "What it is for.", IsRequired: false)),
            Answers = RouteBody.Object("The token, which is shown once.", [.. Shown, new RouteMember("token", "string", "What is sent as Authorization: Bearer.")]),
        };
        yield return new("DELETE", "tokens/{id}", Permission.Admin, "Ends an access token, at once.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var tokens = await _parts.Store.ReadAsync(AccessTokens.ListAsync, cancellationToken).ConfigureAwait(false);
        var now = _parts.Time.GetUtcNow();
        return new AdminAnswer(new JsonArray([.. tokens.Select(t => (JsonNode?)t.Describe(now))]));
    }

    private async Task<AdminAnswer> CreateAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, "can", "paths", "ttl", "comment");
        var roles = body.Texts("can", most: 8).Select(RoleNames.Parse).Distinct().Order().ToList();
        var paths = body.Texts("paths", MostPaths, MostCharacters).Select(Checked).Distinct(StringComparer.Ordinal).ToList();
        Check(roles, paths);
        if (roles.Contains(Role.Admin) && paths.Count == 0) paths.Add("**");
        var lifetime = body.TextOrNull("ttl") is { } ttl ? Lifetime.Parse(ttl) : UsualLifetime;
        var comment = body.TextOrNull("comment");
        var made = await _parts.Store.WriteAsync(async store =>
        {
            var (token, text) = await _parts.AccessTokens.CreateAsync(store, roles, paths, lifetime, comment).ConfigureAwait(false);
            var can = string.Join(", ", token.Roles.Select(RoleNames.Of));
            await _parts.Audit.AppendAsync(store, Change.Of(call, "token.create", token.Id, $"can {can}{(paths.Count > 0 ? $" at {string.Join(", ", paths)}" : "")}")).ConfigureAwait(false);
            return (Token: token, Text: text);
        }, cancellationToken).ConfigureAwait(false);
        var answer = made.Token.Describe(_parts.Time.GetUtcNow());
        answer["token"] = made.Text;
        return AdminAnswer.Created(answer);
    }

    private static string Checked(string path)
    {
        try
        {
            return Glob.Parse(path).Text;
        }
        catch (FormatException e)
        {
            throw new BrokerException(BrokerFault.BadRequest, $"the path '{Printable.Of(path, 64)}' {e.Message}", "such as 'default/*' for everything below default", e);
        }
    }

    private static void Check(List<Role> roles, List<string> paths)
    {
        if (roles.Count == 0) throw new BrokerException(BrokerFault.BadRequest, "'can' is empty: the token could do nothing", $"it names roles: {RoleNames.List}");
        if (roles.Contains(Role.Admin) && paths.Count > 0) throw new BrokerException(BrokerFault.BadRequest, "'paths' does not limit an administrator", "make two tokens");
        if (roles.Contains(Role.Admin)) return;
        var limited = roles.Where(RoleTable.NeedsPaths).Select(RoleNames.Of).ToList();
        if (limited.Count > 0 && paths.Count == 0) throw new BrokerException(BrokerFault.BadRequest, $"a token with the role {limited[0]} needs 'paths'", "such as default/*, or ** for all");
        if (limited.Count == 0 && paths.Count > 0) throw new BrokerException(BrokerFault.BadRequest, "'paths' limits the roles wrap and key-owner, and this token has neither");
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var id = call.Values["id"];
        await _parts.Store.WriteAsync(async store =>
        {
            await AccessTokens.DeleteAsync(store, id).ConfigureAwait(false);
            await _parts.Audit.AppendAsync(store, Change.Of(call, "token.delete", id, "ended")).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }
}
