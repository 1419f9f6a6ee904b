using System.Net;
using System.Net.Sockets;

namespace Coffer.KeyBroker.Limits;

/// <summary>By what clients are told apart that show nothing else.</summary>
internal static class SourceAddress
{
    private const int PrefixBytes = 8; // whoever has a network has all of its /64

    /// <summary>An IPv4 address, or the /64 of an IPv6 one; null from this machine itself, where a proxy stands for all, or its operator asks.</summary>
    public static string? KeyOf(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address)) return null;
        if (address.IsIPv4MappedToIPv6) return KeyOf(address.MapToIPv4());
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, PrefixBytes)) : address.ToString();
    }
}
