using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>The keys that sign attestation tokens, which all replicas share.</summary>
internal static class TokenKeyRoutes
{
    private static readonly RouteMember[] Shown =
    [
        new("id", "string", "Its RFC 7638 thumbprint: kid of the tokens and of /.well-known/jwks.json."),
        new("signs", "string", "From when on it signs."),
        new("state", "string", "next: published, and signs from then on; signing; or ending: it stays until its last token is over."),
    ];

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        yield return new("GET", "token-keys", Permission.Audit, "Lists the keys that sign attestation tokens, the newest first.", (_, cancellationToken) => ListAsync(parts, cancellationToken))
        {
            Answers = RouteBody.List("Keys.", Shown),
        };
        yield return new("POST", "token-keys/rotate", Permission.Admin, "Makes a new key, which signs after ten minutes; the one before it stays published while its tokens live.", (call, cancellationToken) => ChangeAsync(call, parts.TokenKeys.RotateAsync, parts.Time, cancellationToken))
        {
            Answers = RouteBody.Object("The new key.", Shown),
        };
        yield return new("POST", "token-keys/revoke", Permission.Admin, "Makes a new key that signs at once, and ends all others with their tokens: for a key that somebody else may have.", (call, cancellationToken) => ChangeAsync(call, parts.TokenKeys.RevokeAsync, parts.Time, cancellationToken))
        {
            Answers = RouteBody.Object("The new key.", Shown),
        };
    }

    private static async Task<AdminAnswer> ListAsync(BrokerParts parts, CancellationToken cancellationToken)
    {
        var now = parts.Time.GetUtcNow();
        var keys = await parts.TokenKeys.ListAsync(cancellationToken).ConfigureAwait(false);
        var signing = keys.FirstOrDefault(k => k.Signs <= now);
        return new AdminAnswer(new JsonArray([.. keys.Select(k => (JsonNode?)Show(k.Key.KeyId!, k.Signs, k.Signs > now ? "next" : k == signing ? "signing" : "ending"))]));
    }

    private static async Task<AdminAnswer> ChangeAsync(
        AdminCall call, Func<RequestOrigin, CancellationToken, Task<(string Id, DateTimeOffset Signs)>> change, TimeProvider time, CancellationToken cancellationToken)
    {
        var (id, signs) = await change(new RequestOrigin(call.RequestId, call.Caller.TokenId), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(Show(id, signs, signs > time.GetUtcNow() ? "next" : "signing"));
    }

    private static JsonObject Show(string id, DateTimeOffset signs, string state) => new()
    {
        ["id"] = id, ["signs"] = signs.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), ["state"] = state,
    };
}
