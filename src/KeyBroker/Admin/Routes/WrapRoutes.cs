using System.Security.Cryptography;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Wrapping;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Wraps for owners, who never hold the key.</summary>
internal sealed class WrapRoutes
{
    private readonly KeyWrapping _wrapping;

    private WrapRoutes(BrokerParts parts) => _wrapping = new KeyWrapping(parts.Store, new ResourceShelf(parts.Sealer), parts.Audit);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new WrapRoutes(parts);
        yield return new("POST", "wrap", Permission.Wrap, "Wraps a layer's options under a key that stays here.", routes.WrapAsync)
        {
            MostBodyBytes = WrapRequest.MostBytes,
            Accepts = RouteBody.Object(
                "What to wrap.",
                new RouteMember("keyid", "string", "kbs:///REPOSITORY/TYPE/TAG, made where it is not there; null for a new key.", IsRequired: false),
                new RouteMember("options", "string", $"At most {KeyWrapping.MostOptions} bytes in base64.")),
            Answers = RouteBody.Object(
                "An annotation packet of Confidential Containers.",
                new RouteMember("kid", "string", "kbs:///REPOSITORY/TYPE/TAG."), new RouteMember("wrapped_data", "string", "Ciphertext and tag, base64."),
                new RouteMember("iv", "string", "12 bytes, base64."), new RouteMember("wrap_type", "string", "A256GCM.")),
        };
    }

    private async Task<AdminAnswer> WrapAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (keyId, options) = WrapRequest.Read(call.Body);
        try
        {
            var path = keyId is null ? null : PathOf(keyId);
            return new AdminAnswer((await _wrapping.WrapAsync(call.RequestId, call.Caller, path, options, cancellationToken).ConfigureAwait(false)).ToJson());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(options);
        }
    }

    private static ResourcePath PathOf(string keyId)
    {
        var uri = KbsResourceUri.Parse(keyId);
        return uri.Host is null ? ResourcePath.Parse(uri.Path) : throw new BrokerException(BrokerFault.BadRequest, "keyid names a host", "a key of this broker is written kbs:///REPOSITORY/TYPE/TAG");
    }
}
