using System.Net.Security;
using System.Security.Authentication;

namespace Coffer.KeyBroker.Tls;

/// <summary>What every handshake has: TLS 1.2 or later, HTTP/2 before HTTP/1.1, no client certificates.</summary>
internal static class TlsOptions
{
    public static SslServerAuthenticationOptions With(SslStreamCertificateContext certificate) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        ServerCertificateContext = certificate,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
