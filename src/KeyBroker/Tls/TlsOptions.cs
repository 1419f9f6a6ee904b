using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Tls;

/// <summary>What every handshake has: TLS 1.2 or later, HTTP/2 before HTTP/1.1, and no client certificates unless they are asked for.</summary>
internal static class TlsOptions
{
    private const int MostCertificateBytes = 16 * 1024;

    public static SslServerAuthenticationOptions With(SslStreamCertificateContext certificate) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        ServerCertificateContext = certificate,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };

    /// <summary>
    /// Asks for a certificate, which the client need not have. The handshake proves that it has the key; who vouches for it is looked at where the
    /// caller is found out, for the rest of the connection's life and with an answer that says what is wrong.
    /// </summary>
    public static SslServerAuthenticationOptions AskingForCertificate(SslServerAuthenticationOptions options)
    {
        options.ClientCertificateRequired = true;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null || certificate.GetRawCertData().Length <= MostCertificateBytes;
        return options;
    }
}
