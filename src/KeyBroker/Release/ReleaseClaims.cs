using System.Text.Json.Nodes;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Release;

/// <summary>The claims that policies see: the verifier's, the TEE's name, and what the broker knows of the host.</summary>
internal static class ReleaseClaims
{
    /// <param name="tee">Whose evidence was verified.</param>
    /// <param name="verified">The verifier's; left as they are.</param>
    /// <param name="host">The host that the attestation key leads to; null for none.</param>
    public static JsonObject Of(string tee, JsonObject verified, Host? host)
    {
        var claims = verified.DeepClone().AsObject();
        claims["tee"] = tee;
        if (host is not null) claims["host"] = HostDocument.Claim(host);
        else claims.Remove("host");
        return claims;
    }
}
