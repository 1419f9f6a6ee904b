using System.Text.Json.Nodes;
using Coffer.KeyBroker.Trust;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>What endorsement keys are held to.</summary>
internal sealed class TrustRoutes
{
    private static readonly RouteMember[] Shown =
    [
        new("kind", "string", "root, intermediate, crl or ek."),
        new("sha256", "string", "Fingerprint of the certificate or list; of an endorsement key, of its SubjectPublicKeyInfo."),
        new("name", "string", "The certificate's subject, or the list's issuer.", IsRequired: false),
        new("comment", "string", "What was written about an endorsement key.", IsRequired: false),
        new("until", "string", "When the certificate ends, or the list's successor is due.", IsRequired: false),
        new("added", "string", "When it was installed."),
    ];

    private readonly TrustAnchors _anchors;

    private TrustRoutes(BrokerParts parts) => _anchors = new TrustAnchors(parts.Store, parts.Audit, parts.Time);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new TrustRoutes(parts);
        yield return new("GET", "trust", Permission.ReadHosts, "Lists what endorsement keys are held to.", routes.ListAsync) { Answers = RouteBody.List("All of it.", Shown) };
        yield return new("POST", "trust", Permission.Admin, "Installs roots, intermediates and revocation lists.", routes.AddAsync)
        {
            MostBodyBytes = TrustAnchors.MostPemBytes,
            Accepts = RouteBody.Text("A PEM file; intermediates lead to a self-signed root in it or installed before."),
            Answers = RouteBody.List("What the file holds.", Shown),
        };
        yield return new("POST", "trust/ek", Permission.Admin, "Registers an endorsement key that needs no certificate.", routes.AddEkAsync)
        {
            Accepts = RouteBody.Object("The key.", new RouteMember("sha256", "string", "SHA-256 of its SubjectPublicKeyInfo, 64 hex digits."), new RouteMember("comment", "string", "Which machine it is.", IsRequired: false)),
            Answers = RouteBody.Object("As it is listed.", Shown),
        };
        yield return new("DELETE", "trust/{kind}/{fingerprint}", Permission.Admin, "Takes trust away from what enrols from now on.", routes.DeleteAsync);
    }

    private async Task<AdminAnswer> ListAsync(AdminCall call, CancellationToken cancellationToken) => Listed(await _anchors.ListAsync(cancellationToken).ConfigureAwait(false));

    private async Task<AdminAnswer> AddAsync(AdminCall call, CancellationToken cancellationToken) =>
        Listed(await _anchors.AddAsync(Origin(call), call.Body, cancellationToken).ConfigureAwait(false));

    private async Task<AdminAnswer> AddEkAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(call, "sha256", "comment");
        var item = await _anchors.AddEkAsync(Origin(call), body.Text("sha256", 64), body.TextOrNull("comment"), cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Created(item.Show());
    }

    private async Task<AdminAnswer> DeleteAsync(AdminCall call, CancellationToken cancellationToken)
    {
        await _anchors.DeleteAsync(Origin(call), call.Values["kind"], call.Values["fingerprint"], cancellationToken).ConfigureAwait(false);
        return AdminAnswer.Done;
    }

    private static AdminAnswer Listed(IEnumerable<TrustItem> items) => new(new JsonArray([.. items.Select(i => (JsonNode?)i.Show())]));

    private static RequestOrigin Origin(AdminCall call) => new(call.RequestId, call.Caller.TokenId);
}
