using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tls;

/// <summary>A certificate that the operator gives, with what leads to its root.</summary>
internal sealed class GivenIdentity : IServerIdentity
{
    private readonly (string Certificate, string Key) _files;
    private volatile SslStreamCertificateContext _context;

    private GivenIdentity(string certificateFile, string keyFile) => (_files, _context) = ((certificateFile, keyFile), Read(certificateFile, keyFile));

    /// <exception cref="CofferException">A file is absent, not PEM of its kind, or the two do not belong together.</exception>
    public static GivenIdentity Load(string certificateFile, string keyFile) => new(certificateFile, keyFile);

    /// <summary>Reads both files again. Handshakes under way end with what they began with.</summary>
    /// <exception cref="CofferException">As of <see cref="Load"/>; what was in use stays.</exception>
    public void Reload() => _context = Read(_files.Certificate, _files.Key);

    public SslServerAuthenticationOptions Options() => TlsOptions.With(_context);

    private static SslStreamCertificateContext Read(string certificateFile, string keyFile)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            if (chain.Count == 0) throw new CryptographicException("it holds no certificate in PEM");
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CofferException(
                $"the certificate {Printable.Of(certificateFile)} with the key {Printable.Of(keyFile)} cannot be used: {Printable.Of(e.Message)}",
                hint: "--tls-cert takes a certificate and its intermediates in PEM, --tls-key its private key in PEM without a password", inner: e);
        }
    }
}
