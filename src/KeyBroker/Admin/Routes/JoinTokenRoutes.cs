using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Enrolment;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Join tokens: each approves one host as it enrols.</summary>
internal sealed class JoinTokenRoutes
{
    private static readonly RouteMember[] Shown =
    [
        new("id", "string", "Its id."),
        HostLabels.Described(isRequired: true),
        new("created", "string", "When it was made."),
        new("expires", "string", "From when on it is gone."),
    ];

    private readonly JoinTokens _tokens;

    private JoinTokenRoutes(BrokerParts parts) => _tokens = new JoinTokens(parts.Store, parts.Audit, parts.Time);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new JoinTokenRoutes(parts);
        yield return new("GET", "join-tokens", Permission.ReadHosts, "Lists the join tokens that live, without their secrets.", routes.ListAsync) { Answers = RouteBody.List("Join tokens.", Shown) };
        yield return new("POST", "join-tokens", Permission.Enrol, "Makes a join token.", routes.CreateAsync)
        {
            Accepts = RouteBody.Object(
                "How it lives.",
                new RouteMember("ttl", "string", "How long, such as 30m or 24h."), HostLabels.Described(isRequired: false),
                new RouteMember("uses", "integer", "1: each token is used once.", IsRequired: false)),
            Answers = RouteBody.Object("The token, which is shown once.", [.. Shown, new RouteMember("token", "string", "What the machine enrols with.")]),
        };
        yield return new("DELETE", "join-tokens/{id}", Permission.Enrol, "Ends a join token.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken) =>
        new(new JsonArray([.. (await _tokens.ListAsync(cancellationToken).ConfigureAwait(false)).Select(t => (JsonNode?)Show(t))]));

    private async Task<AdminAnswer> CreateAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, "ttl", "uses", HostLabels.Member);
        _ = body.NumberOrNull("uses", 1, 1);
        var origin = new RequestOrigin(call.RequestId, call.Caller.TokenId);
        var (text, token) = await _tokens.CreateAsync(origin, Lifetime.Parse(body.Text("ttl")), HostLabels.Read(body), cancellationToken).ConfigureAwait(false);
        var answer = Show(token);
        answer["token"] = text;
        return AdminAnswer.Created(answer);
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        await _tokens.DeleteAsync(new RequestOrigin(call.RequestId, call.Caller.TokenId), call.Values["id"], cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    private static JsonObject Show(JoinToken token) => new()
    {
        ["id"] = token.Id, ["labels"] = JsonText.Texts(token.Labels), ["created"] = Time(token.Created), ["expires"] = Time(token.Expires),
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
