using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// An address as gRPC for Go takes it: <c>host:port</c>, <c>dns:///host:port</c>, <c>passthrough:///host:port</c>,
/// <c>unix:path</c>, <c>unix:///path</c>, <c>unix-abstract:name</c>; and <c>http://</c> or <c>tcp://</c> before
/// <c>host:port</c>, which ocicrypt-rs accepts.
/// </summary>
/// <param name="Host">The host; null for a socket in the file system.</param>
/// <param name="Port">The TCP port; 443 where none is given, as in Go.</param>
/// <param name="SocketPath">The path of a Unix socket; null for TCP. A leading NUL stands for the abstract namespace.</param>
internal sealed record GrpcTarget(string? Host, int Port, string? SocketPath)
{
    private const string Hint = "write host:port, dns:///host:port or unix:///path";

    /// <summary>Reads an address.</summary>
    /// <exception cref="CofferException">None of these forms.</exception>
    public static GrpcTarget Parse(string text)
    {
        if (text.StartsWith("unix-abstract:", StringComparison.Ordinal)) return Socket("\0" + NonEmpty(text["unix-abstract:".Length..], text));
        if (text.StartsWith("unix://", StringComparison.Ordinal))
        {
            var path = text["unix://".Length..];
            return path.StartsWith('/') ? Socket(path) : throw Malformed(text, "names no absolute path");
        }
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return Socket(NonEmpty(text["unix:".Length..], text));
        foreach (var prefix in (string[])["dns:///", "passthrough:///", "http://", "tcp://", "dns:"])
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal)) return Tcp(text[prefix.Length..].TrimEnd('/'), text);
        }
        return text.Contains("://", StringComparison.Ordinal) ? throw Malformed(text, "has a scheme that is not known here") : Tcp(text, text);
    }

    /// <summary>Where to connect.</summary>
    public EndPoint EndPoint => SocketPath is null ? new DnsEndPoint(Host!, Port) : new UnixDomainSocketEndPoint(SocketPath);

    /// <summary>The host as it stands in a URI.</summary>
    public string UriHost => Host is null ? "localhost" : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    private static GrpcTarget Socket(string path) => new(null, 0, path);

    private static GrpcTarget Tcp(string address, string text)
    {
        if (address.StartsWith('/')) throw Malformed(text, "names a DNS server, which is not supported");
        string host, port;
        if (address.StartsWith('['))
        {
            var end = address.IndexOf(']', StringComparison.Ordinal);
            if (end < 0) throw Malformed(text, "lacks a closing bracket");
            host = address[1..end];
            port = address[(end + 1)..];
            if (port.Length > 0 && port[0] != ':') throw Malformed(text, "is no address");
            port = port.TrimStart(':');
        }
        else
        {
            var colon = address.LastIndexOf(':');
            host = colon < 0 ? address : address[..colon];
            port = colon < 0 ? "" : address[(colon + 1)..];
        }
        if (host.Length == 0) host = "localhost";
        var isAddress = IPAddress.TryParse(host, out _);
        if (!isAddress && Uri.CheckHostName(host) != UriHostNameType.Dns) throw Malformed(text, "names no host");
        if (port.Length == 0) return new GrpcTarget(host, 443, null);
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new GrpcTarget(host, number, null)
            : throw Malformed(text, "has no valid port");
    }

    private static string NonEmpty(string path, string text) => path.Length > 0 ? path : throw Malformed(text, "names no path");

    private static CofferException Malformed(string text, string what) => new($"gRPC address '{Printable.Of(text)}' {what}", hint: Hint);
}
