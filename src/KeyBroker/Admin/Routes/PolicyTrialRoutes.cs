using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Trials;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Tries policies before they are put. Nothing is changed, and nothing put down.</summary>
internal sealed class PolicyTrialRoutes
{
    private readonly BrokerParts _parts;
    private readonly PolicyTrial _trial;

    private PolicyTrialRoutes(BrokerParts parts) => (_parts, _trial) = (parts, new PolicyTrial(new PolicyDecisions(parts.Time)));

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new PolicyTrialRoutes(parts);
        yield return new("POST", "policy-trials", Permission.Admin, "Tries a policy on evidence or on a past request's claims.", routes.TryAsync)
        {
            MostBodyBytes = KbsAttestation.MostBytes + (2 * PolicyLimits.MostBytes),
            Accepts = RouteBody.Object(
                "Which policy, on what.",
                new RouteMember("name", "string", "The stored policy of this name.", IsRequired: false), new RouteMember("policy", "object", "Or this one, as if it had been put.", IsRequired: false),
                new RouteMember("request_id", "string", "On the claims that this request was decided on.", IsRequired: false),
                new RouteMember("evidence", "object", "Or on an attestation message, whatever nonce it answers.", IsRequired: false), new RouteMember("tee", "string", "Whose evidence; otherwise tpm.", IsRequired: false),
                new RouteMember("resource", "string", "Decides about this path, with all other policies; otherwise about the request's, or for evidence by the one policy alone.", IsRequired: false)),
            Answers = RouteBody.Object(
                "What came of it.",
                new RouteMember("allowed", "boolean", "Whether it would be allowed."), new RouteMember("reason", "string", "One line."), new RouteMember("policy", "string", "NAME@VERSION, or NAME@candidate."),
                new RouteMember("about", "boolean", "Whether the policy is about the resource.", IsRequired: false),
                new RouteMember("admission", "string", "Where the machine is refused before any policy is asked.", IsRequired: false),
                new RouteMember("recorded", "object", "What was decided then.", IsRequired: false), new RouteMember("explanation", "object", "Every policy about the resource, with every condition.")),
        };
    }

    private Task<AdminAnswer> TryAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, "name", "policy", "request_id", "evidence", "tee", "resource");
        var (document, named) = (body.ObjectOrNull("policy"), body.TextOrNull("name", PolicyLimits.MostName));
        var (evidence, request) = (body.ObjectOrNull("evidence"), body.TextOrNull("request_id"));
        if (document is null == named is null) throw Bad("one of 'policy' and 'name' says what is tried");
        if (evidence is null == request is null) throw Bad("one of 'evidence' and 'request_id' says on what");
        var policy = document is null ? null : PolicyReader.Read(JsonText.Utf8(document));
        var (tee, resource) = (body.TextOrNull("tee", 64) ?? TeeNames.Tpm, body.TextOrNull("resource", 512));
        return _parts.Store.ReadAsync(
            async store =>
            {
                var on = request is not null
                    ? await PolicyTrial.RecordedAsync(store, request).ConfigureAwait(false)
                    : await EvidenceClaims.ReadAsync(store, tee, JsonText.Utf8(evidence!), _parts.Settings.Rules, _parts.Time.GetUtcNow()).ConfigureAwait(false);
                return new AdminAnswer(await _trial.RunAsync(store, policy, policy?.Name ?? named!, on, resource).ConfigureAwait(false));
            }, cancellationToken);
    }

    private static BrokerException Bad(string message) => new(BrokerFault.BadRequest, message);
}
