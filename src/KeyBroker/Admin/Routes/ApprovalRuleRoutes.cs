using System.Text.Json.Nodes;
using Coffer.KeyBroker.Enrolment;
using Coffer.KeyBroker.Trust;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Rules by which hosts are approved without an operator.</summary>
internal sealed class ApprovalRuleRoutes
{
    private const int MostFingerprints = 10_000;

    private static readonly RouteMember[] Conditions =
    [
        new("ek_issuer", "string", "The issuer's name in the endorsement certificate, exactly as hosts show it.", IsRequired: false),
        new("ek_fingerprints", "strings", "SHA-256 of the endorsement keys' SubjectPublicKeyInfo.", IsRequired: false),
        HostLabels.Described(isRequired: false),
    ];

    private readonly ApprovalRules _rules;

    private ApprovalRuleRoutes(BrokerParts parts) => _rules = new ApprovalRules(parts.Store, parts.Audit);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new ApprovalRuleRoutes(parts);
        RouteMember[] shown = [new("name", "string", "Its name."), .. Conditions];
        yield return new("GET", "approval-rules", Permission.ReadHosts, "Lists the approval rules.", routes.ListAsync) { Answers = RouteBody.List("In the order of their names, in which they are tried.", shown) };
        yield return new("PUT", "approval-rules/{name}", Permission.Enrol, "Puts an approval rule, in place of the one of that name.", routes.PutAsync)
        {
            Accepts = RouteBody.Object("At least one condition; all that are there must hold.", Conditions), Answers = RouteBody.Object("The rule.", shown),
        };
        yield return new("DELETE", "approval-rules/{name}", Permission.Enrol, "Deletes an approval rule; hosts that it approved stay approved.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken) =>
        new(new JsonArray([.. (await _rules.ListAsync(cancellationToken).ConfigureAwait(false)).Select(r => (JsonNode?)r.Show())]));

    private async Task<AdminAnswer> PutAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, "ek_issuer", "ek_fingerprints", HostLabels.Member);
        var name = call.Values["name"];
        if (name.Length > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(name, 64)}' is no name for a rule", "letters, digits, '-', '_' and '.', at most 64");
        var fingerprints = AdminBody.Parse(call.Body).ContainsKey("ek_fingerprints") ? body.Texts("ek_fingerprints", MostFingerprints, 64) : null;
        if (fingerprints?.FirstOrDefault(f => !TrustAnchors.IsFingerprint(f)) is { } wrong) throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(wrong, 64)}' is no fingerprint", "64 hex digits in lower case");
        var rule = new ApprovalRule(name, body.TextOrNull("ek_issuer", 1024), fingerprints, HostLabels.Read(body));
        await _rules.PutAsync(new RequestOrigin(call.RequestId, call.Caller.TokenId), rule, cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(rule.Show());
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        await _rules.DeleteAsync(new RequestOrigin(call.RequestId, call.Caller.TokenId), call.Values["name"], cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }
}
