using System.Net;
using Coffer.Oci;

namespace Coffer.Registry.Auth;

/// <summary>
/// Which token service a registry may send us to. Over HTTPS any host: many registries keep theirs elsewhere, and a
/// registry that we speak to over TLS could have asked for the password itself. Over plain HTTP only where the user
/// allowed plain HTTP for this registry, and only on the registry's own host. Never an address of this machine or a
/// link-local one, unless the registry itself is there.
/// </summary>
internal static class RealmRule
{
    private const int LongestRealm = 2048;

    /// <exception cref="CofferException">The realm is none that anything is sent to (<see cref="ExitStatus.Denied"/>).</exception>
    public static Uri Check(string? realm, Uri registry, bool plainAllowed)
    {
        if (realm is not { Length: > 0 and <= LongestRealm } || !Uri.TryCreate(realm, UriKind.Absolute, out var address)
            || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            throw Refused(registry, realm, "is not an address of a token service", null);
        }
        var sameHost = address.IdnHost.Equals(registry.IdnHost, StringComparison.OrdinalIgnoreCase) || (address.IsLoopback && registry.IsLoopback);
        if (address.Scheme == "http" && !(plainAllowed && sameHost))
        {
            throw Refused(registry, realm, "would take credentials over plain HTTP",
                plainAllowed ? "a token service without TLS must stand on the registry's own host" : "give --tls-verify=false only if you trust the network in between");
        }
        if (!sameHost && IsInward(address) && !IsInward(registry))
        {
            throw Refused(registry, realm, "is an address of this machine or its link", "the registry has no business to send us there");
        }
        return address;
    }

    private static bool IsInward(Uri address)
    {
        if (address.IsLoopback || address.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(address.IdnHost, out var ip)) return false;
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        if (IPAddress.IsLoopback(ip) || ip.IsIPv6LinkLocal || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) return true;
        var bytes = ip.GetAddressBytes();
        return bytes.Length == 4 && bytes[0] == 169 && bytes[1] == 254;
    }

    private static CofferException Refused(Uri registry, string? realm, string why, string? hint) =>
        new($"registry {registry.Authority} names a token service that {why}: '{Printable.Of(realm, 120)}'; nothing was sent there", ExitStatus.Denied, hint);
}
