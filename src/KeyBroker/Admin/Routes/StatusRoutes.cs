using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>How the broker is.</summary>
internal static class StatusRoutes
{
    private static readonly (string Member, string Collection)[] Counted =
    [
        ("hosts", Collections.Hosts), ("policies", Collections.Policies), ("references", Collections.References), ("resources", Collections.ResourceHeads),
        ("tokens", Collections.AccessTokens), ("join_tokens", Collections.JoinTokens), ("approval_rules", Collections.ApprovalRules), ("trust", Collections.Trust), ("audit_entries", Collections.Audit),
    ];

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        yield return new("GET", "status", Permission.Status, "The broker's version and clock, and how much it holds.", (_, cancellationToken) => StatusAsync(parts, cancellationToken))
        {
            Answers = RouteBody.Object(
                "It serves.",
                [
                    new RouteMember("version", "string", "Of the broker."), new RouteMember("root_key_generation", "integer", "Under which generation of the root key is sealed."),
                    new RouteMember("root_key_changes", "boolean", "Whether the root key is being changed."), new RouteMember("time", "string", "Its clock."),
                    .. Counted.Select(c => new RouteMember(c.Member, "integer", $"How many {c.Member.Replace('_', ' ')} it holds.")),
                ]),
        };
    }

    private static async Task<AdminAnswer> StatusAsync(BrokerParts parts, CancellationToken cancellationToken)
    {
        var ring = KeyRing.Of(parts.RootKey).State;
        var status = new JsonObject
        {
            ["version"] = typeof(StatusRoutes).Assembly.GetName().Version?.ToString(3),
            ["root_key_generation"] = (int)ring.Sealing,
            ["root_key_changes"] = ring.Keys.Count > 1,
            ["time"] = parts.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        var counts = await parts.Store.ReadAsync(
            async store =>
            {
                var found = new long[Counted.Length];
                for (var i = 0; i < found.Length; i++) found[i] = await store.CountAsync(Counted[i].Collection).ConfigureAwait(false);
                found[Array.FindIndex(Counted, c => c.Collection == Collections.ResourceHeads)] += await store.CountAsync(Collections.Resources).ConfigureAwait(false); // from before versions
                return found;
            }, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < counts.Length; i++) status[Counted[i].Member] = counts[i];
        return new AdminAnswer(status);
    }
}
