using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>TLS to a broker: 1.2 or later, and with a CA file that CA and none of the system's.</summary>
internal static class BrokerTls
{
    private const int MostFileBytes = 256 * 1024;

    public static SslClientAuthenticationOptions Options(BrokerHttpOptions how)
    {
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (how.CaFile is { } caFile) options.CertificateChainPolicy = Policy(Load(caFile));
        if (how.ClientCertificateFile is { } certificate) options.ClientCertificateContext = LoadOwn(certificate, how.ClientKeyFile);
        return options;
    }

    // Nothing is fetched from addresses that a certificate names; revocation of the broker's own CA is the file's replacement.
    private static X509ChainPolicy Policy(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(roots);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // id-kp-serverAuth
        return policy;
    }

    private static SslStreamCertificateContext LoadOwn(string certificate, string? key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            if (chain.Count == 0) throw new CryptographicException("it holds no certificate in PEM");
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new AttestationException(
                AttestationFault.Malformed, $"the client certificate {Printable.Of(certificate)} cannot be used: {Printable.Of(e.Message)}",
                "--client-cert takes a certificate and its intermediates in PEM, --client-key its private key in PEM without a password", e);
        }
    }

    private static X509Certificate2Collection Load(string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MostFileBytes }) throw Malformed(file, $"has more than {MostFileBytes} bytes");
            roots.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttestationException(AttestationFault.Malformed, $"the broker's CA file {Printable.Of(file)} cannot be read: {Printable.Of(e.Message)}", "it is the ca.pem that the broker made, copied here", e);
        }
        catch (CryptographicException e)
        {
            throw Malformed(file, "is not a PEM file of certificates", e);
        }
        return roots.Count > 0 ? roots : throw Malformed(file, "holds no certificate");
    }

    private static AttestationException Malformed(string file, string what, Exception? inner = null) =>
        new(AttestationFault.Malformed, $"the broker's CA file {Printable.Of(file)} {what}", "it is the ca.pem that the broker made, copied here", inner);
}
