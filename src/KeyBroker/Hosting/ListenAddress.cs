using System.Net;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>An address and port to listen on.</summary>
internal static class ListenAddress
{
    /// <param name="text">Such as <c>127.0.0.1:8080</c>, <c>[::1]:8080</c> or <c>localhost:8080</c>.</param>
    /// <exception cref="CofferException">Wrong usage: it is none.</exception>
    public static IPEndPoint Parse(string text)
    {
        var written = text.StartsWith("localhost:", StringComparison.Ordinal) ? string.Concat("127.0.0.1", text.AsSpan("localhost".Length)) : text;
        // Without a port the parser takes the address for whole, and an IPv6 address for one with a port.
        var colon = written.LastIndexOf(':');
        if (colon > 0 && colon < written.Length - 1 && written[(colon + 1)..].All(char.IsAsciiDigit)
            && (written[colon - 1] == ']' || written.IndexOf(':', StringComparison.Ordinal) == colon) && IPEndPoint.TryParse(written, out var end))
        {
            return end;
        }
        throw new CofferException($"'{Printable.Of(text, 64)}' is no address to listen on", ExitStatus.Usage, "such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080");
    }
}
