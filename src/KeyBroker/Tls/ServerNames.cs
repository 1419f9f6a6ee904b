using System.Net;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tls;

/// <summary>Whom the server certificate is for.</summary>
internal static class ServerNames
{
    private const int Most = 64;

    /// <summary>The addresses listened on, this machine's own where that is all of them, and the names given.</summary>
    /// <exception cref="CofferException">Wrong usage: a name is none.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<IPEndPoint> ends, IReadOnlyList<string> given)
    {
        var names = new List<string>();
        foreach (var end in ends)
        {
            if (end.Address.Equals(IPAddress.Any) || end.Address.Equals(IPAddress.IPv6Any)) names.AddRange(["localhost", "127.0.0.1", "::1", Environment.MachineName.ToLowerInvariant()]);
            else names.Add(end.Address.ToString());
            if (IPAddress.IsLoopback(end.Address)) names.Add("localhost");
        }
        names.AddRange(given.Select(Check));
        var distinct = names.Where(n => n.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count <= Most ? distinct : throw new CofferException($"there are more than {Most} names for the server certificate", ExitStatus.Usage);
    }

    private static string Check(string name) => Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        ? name.Trim('[', ']').ToLowerInvariant()
        : throw new CofferException($"'{Printable.Of(name, 64)}' is no name for a server certificate", ExitStatus.Usage, "--tls-name takes a DNS name or an IP address");
}
