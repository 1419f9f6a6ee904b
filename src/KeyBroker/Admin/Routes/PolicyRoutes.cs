using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Namespaces;
using Coffer.KeyBroker.Policies;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Policies: who gets which resource.</summary>
internal sealed class PolicyRoutes
{
    private const int MostListed = 1000;

    private static readonly RouteMember[] Shown =
    [
        new("name", "string", "Its name."), new("version", "integer", "Which version stands."), new("effect", "string", "allow or deny."),
        new("resources", "strings", "Globs of the resources that it is about."), new("description", "string", "What its author says of it.", IsRequired: false),
        new("put", "string", "When it was put."), new("actor", "string", "The access token that put it.", IsRequired: false),
    ];

    private readonly BrokerParts _parts;

    private PolicyRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new PolicyRoutes(parts);
        var document = RouteBody.Object("A policy, as its JSON schema says (coffer broker policy schema).");
        yield return new("GET", "policies", Permission.ReadPolicies, "Lists the policies.", routes.ListAsync)
        {
            Query = ListPage.Parameters(MostListed, "name"), Answers = RouteBody.List("Policies by name.", Shown),
        };
        yield return new("GET", "policies/{name}", Permission.ReadPolicies, "A policy with its version, to be changed and put again.", routes.GetAsync) { Answers = document };
        yield return new("PUT", "policies/{name}", Permission.WritePolicies, "Puts a policy as its next version; one that names a version only in place of that one.", routes.PutAsync)
        {
            Accepts = document, Answers = RouteBody.Object("As it is listed.", Shown),
        };
        yield return new("DELETE", "policies/{name}", Permission.WritePolicies, "Removes a policy: what it allowed is denied at once.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var page = ListPage.Of(call, MostListed);
        var policies = await _parts.Store.ReadAsync(r => PolicyShelf.ListAsync(r, page.After, page.Most, p => IsSeen(call, p)), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. policies.Select(p => (JsonNode?)p.ToSummary())]));
    }

    private async Task<AdminAnswer> GetAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var name = call.Values["name"];
        var policy = await _parts.Store.ReadAsync(r => PolicyShelf.FindAsync(r, name), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(policy is not null && IsSeen(call, policy) ? policy.ToDocument() : throw Missing(name));
    }

    private async Task<AdminAnswer> PutAsync(AdminCall call, CancellationToken cancellationToken)
    {
        PolicyAuthority.RequireWithin(call.Caller, call.Values["name"], PolicyReader.Read(call.Body).Resources);
        var put = await _parts.Store.WriteAsync(
            async store =>
            {
                var policy = await PolicyShelf.PutAsync(store, call.Values["name"], call.Body, _parts.Time.GetUtcNow(), call.Caller.TokenId).ConfigureAwait(false);
                await NamespaceUsage.RequirePolicyRoomAsync(store, policy.Name).ConfigureAwait(false);
                await _parts.Audit.AppendAsync(store, Change.Of(call, "policy.put", policy.Name, $"version {policy.Version}")).ConfigureAwait(false);
                return policy;
            }, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(put.ToSummary());
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var name = call.Values["name"];
        PolicyAuthority.RequireOwned(call.Caller, name);
        await _parts.Store.WriteAsync(
            async store =>
            {
                if (!await PolicyShelf.DeleteAsync(store, name).ConfigureAwait(false)) throw Missing(name);
                await _parts.Audit.AppendAsync(store, Change.Of(call, "policy.delete", name, "removed")).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    private static bool IsSeen(AdminCall call, StoredPolicy policy) => PolicyAuthority.Sees(call.Caller, policy.Name, PolicyReader.Read(PolicyRecord.DocumentOf(policy)).Resources);

    private static BrokerException Missing(string name) => new(BrokerFault.NotFound, $"there is no policy '{Printable.Of(name, 64)}'", "coffer broker policy list shows their names");
}
