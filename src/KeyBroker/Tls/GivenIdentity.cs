using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tls;

/// <summary>A certificate that the operator gives, with what leads to its root.</summary>
internal sealed class GivenIdentity : IServerIdentity
{
    private readonly SslStreamCertificateContext _context;

    private GivenIdentity(SslStreamCertificateContext context) => _context = context;

    /// <exception cref="CofferException">A file is absent, not PEM of its kind, or the two do not belong together.</exception>
    public static GivenIdentity Load(string certificateFile, string keyFile)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            if (chain.Count == 0) throw new CryptographicException("it holds no certificate in PEM");
            chain.RemoveAt(0);
            return new GivenIdentity(SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), chain, offline: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CofferException(
                $"the certificate {Printable.Of(certificateFile)} with the key {Printable.Of(keyFile)} cannot be used: {Printable.Of(e.Message)}",
                hint: "--tls-cert takes a certificate and its intermediates in PEM, --tls-key its private key in PEM without a password", inner: e);
        }
    }

    public SslServerAuthenticationOptions Options() => TlsOptions.With(_context);
}
