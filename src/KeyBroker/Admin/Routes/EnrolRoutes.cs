using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.KeyBroker.Enrolment;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Enrolment: no credential, since the machine proves what it is.</summary>
internal sealed class EnrolRoutes
{
    private readonly EnrolmentDesk _desk;

    private EnrolRoutes(BrokerParts parts) => _desk = EnrolmentDesk.Of(parts);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new EnrolRoutes(parts);
        yield return new("POST", "enroll", Permission.None, "Begins an enrolment: a credential that only the machine's TPM opens.", routes.BeginAsync)
        {
            MostBodyBytes = EnrolmentRequest.MostBytes,
            Accepts = RouteBody.Object(
                "The machine's keys.",
                new RouteMember("ek_certificate", "string", "The endorsement certificate, DER in base64.", IsRequired: false),
                new RouteMember("ek_public", "string", "The endorsement key, TPM2B_PUBLIC in base64."),
                new RouteMember("ak_public", "string", "The attestation key, TPM2B_PUBLIC in base64."),
                new RouteMember("join_token", "string", "Approves the machine.", IsRequired: false),
                new RouteMember("name", "string", "What operators see.", IsRequired: false),
                new RouteMember("host_uuid", "string", "What its firmware calls it.", IsRequired: false)),
            Answers = RouteBody.Object(
                "The credential.",
                new RouteMember("enrolment", "string", "Its id, for the second step."),
                new RouteMember("credential_blob", "string", "TPM2B_ID_OBJECT in base64."),
                new RouteMember("encrypted_secret", "string", "TPM2B_ENCRYPTED_SECRET in base64."),
                new RouteMember("nonce", "string", "32 bytes in base64.")),
        };
        yield return new("POST", "enroll/{id}", Permission.None, "Ends an enrolment with the credential's secret and a quote bound to it.", routes.FinishAsync)
        {
            MostBodyBytes = EnrolmentProof.MostBytes,
            Accepts = RouteBody.Object(
                "The proof.",
                new RouteMember("secret", "string", "What the credential held, base64."),
                new RouteMember("quote", "object", "message, signature and pcrs: all of the sha256 bank.")),
            Answers = RouteBody.Object(
                "What became of it.",
                new RouteMember("host", "string", "The host's id."), new RouteMember("state", "string", "pending or approved."), new RouteMember("ak_name", "string", "The attestation key's TPM name.")),
        };
    }

    private async Task<AdminAnswer> BeginAsync(AdminCall call, CancellationToken cancellationToken) =>
        AdminAnswer.Created(JsonNode.Parse((await _desk.BeginAsync(call.RequestId, call.Body, cancellationToken).ConfigureAwait(false)).ToJson())!);

    private async Task<AdminAnswer> FinishAsync(AdminCall call, CancellationToken cancellationToken) =>
        new(JsonNode.Parse((await _desk.FinishAsync(call.RequestId, call.Values["id"], call.Body, cancellationToken).ConfigureAwait(false)).ToJson()));
}
