using System.Security.Cryptography;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Wrapping;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Wraps for owners, who never hold the key.</summary>
internal sealed class WrapRoutes
{
    private readonly KeyWrapping _wrapping;

    private WrapRoutes(BrokerParts parts) => _wrapping = new KeyWrapping(parts.Store, new WrappingKeys(new ResourceShelf(parts.Sealer)), parts.Audit, parts.Time);

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new WrapRoutes(parts);
        yield return new("POST", "wrap", Permission.Wrap, "Wraps a layer's options under a key that stays here.", routes.WrapAsync)
        {
            MostBodyBytes = WrapRequest.MostBytes,
            Accepts = RouteBody.Object(
                "What to wrap.",
                new RouteMember("keyid", "string", "kbs:///REPOSITORY/TYPE/TAG, made where it is not there; null for a new key.", IsRequired: false),
                new RouteMember("options", "string", $"At most {KeyWrapping.MostOptions} bytes in base64."),
                new RouteMember("trial", "boolean", "true only to see whether it can be done: no key is made, and what is answered opens nowhere unless the key was there.", IsRequired: false)),
            Answers = RouteBody.Object(
                "An annotation packet of Confidential Containers.",
                new RouteMember("kid", "string", "kbs:///REPOSITORY/TYPE/TAG?version=N."), new RouteMember("wrapped_data", "string", "Ciphertext and tag, base64."),
                new RouteMember("iv", "string", "12 bytes, base64."), new RouteMember("wrap_type", "string", "A256GCM.")),
        };
    }

    private async Task<AdminAnswer> WrapAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var order = WrapRequest.Read(call.Body);
        try
        {
            var key = order.KeyId is { } id ? KeyOf(id) : null;
            return new AdminAnswer((await _wrapping.WrapAsync(call.RequestId, call.Caller, key, order, cancellationToken).ConfigureAwait(false)).ToJson());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(order.Options);
        }
    }

    private static KbsResourceUri KeyOf(string keyId)
    {
        var uri = KbsResourceUri.Parse(keyId);
        return uri.Host is null ? uri : throw new BrokerException(BrokerFault.BadRequest, "keyid names a host", "a key of this broker is written kbs:///REPOSITORY/TYPE/TAG");
    }
}
