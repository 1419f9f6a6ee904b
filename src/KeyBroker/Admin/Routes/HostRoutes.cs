using System.Text.Json.Nodes;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Enrolled machines: who they are, and how far the broker goes with them.</summary>
internal sealed class HostRoutes
{
    private const int MostListed = 1_000;

    private static readonly RouteMember[] Shown =
    [
        new("id", "string", "Its id."),
        new("state", "string", "pending, approved or revoked."),
        HostLabels.Described(isRequired: true),
        new("name", "string", "What it called itself; decides nothing.", IsRequired: false),
        new("host_uuid", "string", "What its firmware calls itself; decides nothing.", IsRequired: false),
        new("ak", "object", "Its attestation key, by TPM name."),
        new("ek", "object", "Its endorsement key: fingerprint, and the issuer of its certificate."),
        new("pcrs", "object", "PCR values as last verified, by bank and number."),
        new("baseline", "object", "PCR values as recorded at approval; null before.", IsRequired: false),
        new("counters", "object", "The TPM's clock and counters, the highest it signed."),
        new("created", "string", "When it first enrolled."),
        new("changed", "string", "When its state last changed."),
        new("seen", "string", "When its evidence was last verified."),
    ];

    private readonly HostAdministration _hosts;

    private HostRoutes(BrokerParts parts) => _hosts = new HostAdministration(parts.Store, parts.Audit, parts.Time);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new HostRoutes(parts);
        var one = RouteBody.Object("The host as it is now.", Shown);
        yield return new("GET", "hosts", Permission.ReadHosts, "Lists the hosts.", routes.ListAsync)
        {
            Query = ListPage.Parameters(MostListed, "id"),
            Answers = RouteBody.List("Hosts in the order of their ids.", Shown),
        };
        yield return new("GET", "hosts/{id}", Permission.ReadHosts, "Shows one host.", routes.GetAsync) { Answers = one };
        yield return new("POST", "hosts/{id}/approve", Permission.Enrol, "Approves a pending host; its PCR values as last verified become its baseline.", routes.ApproveAsync)
        {
            Accepts = RouteBody.Object("Nothing, or the labels that it gets.", HostLabels.Described(isRequired: false)) with { IsRequired = false }, Answers = one,
        };
        yield return new("POST", "hosts/{id}/revoke", Permission.Enrol, "Revokes a host by its endorsement key, at once.", (c, t) => AnswerAsync(routes._hosts.RevokeAsync(Origin(c), Id(c), t))) { Answers = one };
        yield return new("POST", "hosts/{id}/reinstate", Permission.Enrol, "Takes a revocation back: the host is pending again.", (c, t) => AnswerAsync(routes._hosts.ReinstateAsync(Origin(c), Id(c), t))) { Answers = one };
        yield return new("POST", "hosts/{id}/baseline", Permission.Enrol, "Records the PCR values last verified as an approved host's baseline.", (c, t) => AnswerAsync(routes._hosts.RefreshBaselineAsync(Origin(c), Id(c), t))) { Answers = one };
        yield return new("PUT", "hosts/{id}/labels", Permission.Enrol, "Replaces a host's labels.", routes.LabelAsync)
        {
            Accepts = RouteBody.Object("All of its labels.", HostLabels.Described(isRequired: true)), Answers = one,
        };
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var page = ListPage.Of(call, MostListed);
        var hosts = await _hosts.ListAsync(page.After, page.Most, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. hosts.Select(h => (JsonNode?)HostDocument.Show(h))]));
    }

    private Task<AdminAnswer> GetAsync(AdminCall call, CancellationToken cancellationToken) => AnswerAsync(_hosts.GetAsync(Id(call), cancellationToken));

    private Task<AdminAnswer> ApproveAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, HostLabels.Member);
        var labels = AdminBody.Parse(call.Body).ContainsKey(HostLabels.Member) ? HostLabels.Read(body) : null;
        return AnswerAsync(_hosts.ApproveAsync(Origin(call), Id(call), labels, cancellationToken));
    }

    private Task<AdminAnswer> LabelAsync(AdminCall call, CancellationToken cancellationToken) =>
        AnswerAsync(_hosts.LabelAsync(Origin(call), Id(call), HostLabels.Read(AdminBody.Of(call, HostLabels.Member)), cancellationToken));

    private static async Task<AdminAnswer> AnswerAsync(Task<Host> host) => new(HostDocument.Show(await host.ConfigureAwait(false)));

    private static string Id(AdminCall call) => call.Values["id"];

    private static RequestOrigin Origin(AdminCall call) => new(call.RequestId, call.Caller.TokenId);
}
