using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyProvider.Configuration;
using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>
/// What the TCP listener shows and wants to see: TLS 1.2 or later, and a client certificate that leads to one of the authorities
/// configured and is not made for servers alone. Neither the system's authorities count nor what a certificate says where to fetch others.
/// </summary>
internal sealed class ClientCertificates
{
    private readonly SslStreamCertificateContext _own;
    private readonly X509Certificate2Collection _roots;

    private ClientCertificates(SslStreamCertificateContext own, X509Certificate2Collection roots)
    {
        _own = own;
        _roots = roots;
    }

    /// <summary>Reads the three files.</summary>
    /// <exception cref="CofferException">One is absent or not PEM of its kind.</exception>
    public static ClientCertificates Load(TcpSettings settings)
    {
        var chain = Read("cert", settings.CertificateFile, () => Import(settings.CertificateFile));
        var own = Read("key", settings.KeyFile, () => X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.KeyFile));
        var roots = Read("clientCa", settings.ClientRootsFile, () => Import(settings.ClientRootsFile));
        chain.RemoveAt(0);
        return new ClientCertificates(SslStreamCertificateContext.Create(own, chain, offline: true), roots);
    }

    /// <summary>For one handshake.</summary>
    /// <param name="refused">Told why a client was turned away.</param>
    public SslServerAuthenticationOptions Options(Action<string> refused)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_roots);
        return new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ServerCertificateContext = _own,
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
            AllowRenegotiation = false,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                if (errors == SslPolicyErrors.None) return true;
                refused(Explain(certificate, chain, errors));
                return false;
            },
        };
    }

    private static string Explain(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return "it showed no client certificate";
        var why = chain?.ChainStatus is { Length: > 0 } status ? string.Join(", ", status.Select(s => s.Status)) : errors.ToString();
        return $"its client certificate '{Printable.Of(certificate.Subject)}' was refused: {why}";
    }

    private static X509Certificate2Collection Import(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it holds no certificate in PEM");
    }

    private static T Read<T>(string member, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CofferException($"listen.tcp.{member} {Printable.Of(file)} cannot be used: {Printable.Of(e.Message)}", inner: e);
        }
    }
}
