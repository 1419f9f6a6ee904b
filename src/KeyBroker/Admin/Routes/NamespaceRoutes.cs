using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Namespaces;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Namespaces: a team's part of the paths, with owners and quotas.</summary>
internal sealed class NamespaceRoutes
{
    private const int MostOwner = 256;
    private static readonly string[] Members = ["owners", "max_resources", "max_bytes", "max_policies", "max_hosts", "description"];

    private static readonly RouteMember[] Settings =
    [
        new("owners", "strings", "Callers as the audit names them, who are key owners of everything below: an access token's id, jwt:ISSUER:SUBJECT, cert:SUBJECT.", IsRequired: false),
        new("max_resources", "integer", "How many resources there may be; 0 for as many as one likes.", IsRequired: false),
        new("max_bytes", "integer", "How many bytes in all versions of all resources; 0 for as many as one likes.", IsRequired: false),
        new("max_policies", "integer", "How many policies of its names; 0 for as many as one likes.", IsRequired: false),
        new("max_hosts", "integer", "How many hosts may name it with the label namespace=PREFIX; 0 for as many as one likes.", IsRequired: false),
        new("description", "string", "What it is for.", IsRequired: false),
    ];

    private static readonly RouteMember[] Shown = [new("prefix", "string", "Its prefix."), .. Settings, new("created", "string", "When it was made.")];

    private readonly BrokerParts _parts;

    private NamespaceRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new NamespaceRoutes(parts);
        var used = RouteBody.Object("The namespace, and what stands below it.", [.. Shown, new("resources", "integer", "How many resources there are."), new("bytes", "integer", "Of all their versions."), new("policies", "integer", "How many policies of its names."), new("hosts", "integer", "How many hosts name it, without those that are revoked.")]);
        var one = RouteBody.Object("The namespace as it is now.", Shown);
        yield return new("GET", "namespaces", Permission.ReadNamespaces, "Lists namespaces.", routes.ListAsync) { Answers = RouteBody.List("Those that the caller reaches, by prefix.", Shown) };
        yield return new("GET", "namespaces/{*prefix}", Permission.ReadNamespaces, "Shows a namespace and how much of its quotas is used.", routes.GetAsync) { Answers = used };
        yield return new("POST", "namespaces", Permission.Admin, "Makes a namespace.", routes.CreateAsync) { Accepts = RouteBody.Object("The namespace.", [new("prefix", "string", "One segment of paths, or two: team-a, team-a/db."), .. Settings]), Answers = one };
        yield return new("PATCH", "namespaces/{*prefix}", Permission.Admin, "Changes a namespace; members that are left out stay.", routes.ChangeAsync) { Accepts = RouteBody.Object("What changes.", Settings), Answers = one };
        yield return new("DELETE", "namespaces/{*prefix}", Permission.Admin, "Ends a namespace; what stands below its prefix stays.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var all = await _parts.Store.ReadAsync(NamespaceShelf.ListAsync, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. all.Where(n => Sees(call.Caller, n)).Select(n => (JsonNode?)n.Show())]));
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var prefix = NamespacePrefix.Parse(call.Values["prefix"]);
        var (found, usage) = await _parts.Store.ReadAsync(
            async r => (await NamespaceShelf.RequireAsync(r, prefix).ConfigureAwait(false), await NamespaceUsage.CountAsync(r, prefix).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        if (!Sees(call.Caller, found)) throw AccessDeniedException.AtPath(call.Caller, found.Glob);
        var shown = found.Show();
        (shown["resources"], shown["bytes"], shown["policies"], shown["hosts"]) = (usage.Resources, usage.Bytes, usage.Policies, usage.Hosts);
        return new AdminAnswer(shown);
    }

    private async Task<AdminAnswer> CreateAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, ["prefix", .. Members]);
        var made = Read(body, new Namespace(NamespacePrefix.Parse(body.Text("prefix")), [], NamespaceQuota.None, _parts.Time.GetUtcNow()));
        await _parts.Store.WriteAsync(
            async s =>
            {
                await NamespaceShelf.CreateAsync(s, made).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(s, Change.Of(call, "namespace.create", made.Prefix, Told(made))).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Created(made.Show());
    }

    private async Task<AdminAnswer> ChangeAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var prefix = NamespacePrefix.Parse(call.Values["prefix"]);
        var body = AdminBody.Of(call, Members);
        var changed = await _parts.Store.WriteAsync(
            async s =>
            {
                var before = await NamespaceShelf.RequireAsync(s, prefix).ConfigureAwait(false);
                var now = Read(body, before);
                await NamespaceShelf.ReplaceAsync(s, before, now).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(s, Change.Of(call, "namespace.set", prefix, Told(now))).ConfigureAwait(false);
                return now;
            }, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(changed.Show());
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var prefix = NamespacePrefix.Parse(call.Values["prefix"]);
        await _parts.Store.WriteAsync(
            async s =>
            {
                await NamespaceShelf.DeleteAsync(s, prefix).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(s, Change.Of(call, "namespace.delete", prefix, "ended; what stands below it stays")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    private static Namespace Read(AdminBody body, Namespace before)
    {
        var quota = new NamespaceQuota(
            Bound(body.NumberOrNull("max_resources", 0, NamespaceQuota.MostResources), before.Quota.Resources),
            Bound(body.LongOrNull("max_bytes", 0, NamespaceQuota.MostBytes), before.Quota.Bytes),
            Bound(body.NumberOrNull("max_policies", 0, Policies.PolicyLimits.MostPolicies), before.Quota.Policies),
            Bound(body.NumberOrNull("max_hosts", 0, NamespaceQuota.MostHosts), before.Quota.Hosts));
        return before with
        {
            Owners = body.Has("owners") ? [.. body.Texts("owners", NamespaceShelf.MostOwners, MostOwner).Distinct()] : before.Owners,
            Quota = quota,
            Description = body.TextOrNull("description") ?? before.Description,
        };
    }

    private static T? Bound<T>(T? given, T? before)
        where T : struct, IEquatable<T> => given is { } bound ? bound.Equals(default) ? null : bound : before;

    private static bool Sees(Caller caller, Namespace found) => caller.With(Permission.ReadNamespaces).SelectMany(g => g.Paths).Any(p => p.MayMeet(Glob.Parse(found.Glob)));

    private static string Told(Namespace found) =>
        $"owners {(found.Owners.Count == 0 ? "none" : string.Join(", ", found.Owners))}; at most {Told(found.Quota.Resources, "resources")}, {Told(found.Quota.Bytes, "bytes")}, {Told(found.Quota.Policies, "policies")}, {Told(found.Quota.Hosts, "hosts")}";

    private static string Told(long? most, string what) => most is { } number ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number} {what}") : $"any {what}";
}
