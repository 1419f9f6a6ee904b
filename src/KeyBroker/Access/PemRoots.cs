using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>Authorities in a PEM file, and what is held to them.</summary>
internal static class PemRoots
{
    /// <summary>id-kp-serverAuth and id-kp-clientAuth (RFC 5280 section 4.2.1.12).</summary>
    public const string ForServers = "1.3.6.1.5.5.7.3.1", ForClients = "1.3.6.1.5.5.7.3.2";

    private const int MostBytes = 1024 * 1024;

    /// <summary>Reads them; the caller disposes what is in the collection.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it cannot be read, or holds none.</exception>
    public static X509Certificate2Collection Load(string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MostBytes }) throw Wrong(file, $"has more than {MostBytes} bytes");
            roots.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Wrong(file, $"cannot be used: {Printable.Of(e.Message)}", e);
        }
        return roots.Count > 0 ? roots : throw Wrong(file, "holds no certificate");
    }

    /// <summary>Nothing is fetched from addresses that a certificate names.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection certificates, string purpose)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        foreach (var certificate in certificates)
        {
            if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)) policy.CustomTrustStore.Add(certificate);
            else policy.ExtraStore.Add(certificate);
        }
        policy.ApplicationPolicy.Add(new Oid(purpose));
        return policy;
    }

    private static BrokerException Wrong(string file, string what, Exception? inner = null) =>
        new(BrokerFault.BadRequest, $"the file of authorities {Printable.Of(file)} {what}", "certificates in PEM, at least one of them self-signed", inner);
}
