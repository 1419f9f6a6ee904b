using System.Text.Json.Nodes;
using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Release;

/// <summary>The claims that policies see: the verifier's, the TEE's name, and what the broker knows of the host and of the version that is asked for.</summary>
internal static class ReleaseClaims
{
    /// <param name="tee">Whose evidence was verified.</param>
    /// <param name="verified">The verifier's; left as they are.</param>
    /// <param name="host">The host that the attestation key leads to; null for none.</param>
    /// <param name="resource">What is said of the version (<see cref="Resources.VersionChoice.Claim"/>); null for nothing.</param>
    public static JsonObject Of(string tee, JsonObject verified, Host? host, JsonObject? resource = null)
    {
        var claims = verified.DeepClone().AsObject();
        claims["tee"] = tee;
        if (host is not null) claims["host"] = HostDocument.Claim(host);
        else claims.Remove("host");
        if (resource is not null) claims["resource"] = resource;
        else claims.Remove("resource");
        return claims;
    }
}
