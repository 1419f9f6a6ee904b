using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>
/// Which servers are believed: those that the system's authorities vouch for, or those of the registry's own folder.
/// Client certificates go to the registry's host alone, never to where it redirects.
/// </summary>
internal sealed class TlsTrust(string host, bool insecure, HostCertificates certificates)
{
    private volatile string? _problem;

    /// <summary>What was wrong with the certificate that was refused last; null where none was.</summary>
    public string? Problem => _problem;

    public SslClientAuthenticationOptions Options() => new()
    {
        RemoteCertificateValidationCallback = Accept,
        LocalCertificateSelectionCallback = certificates.Clients.Count == 0 ? null : SelectClient,
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
    };

    private X509Certificate2 SelectClient(object sender, string targetHost, X509CertificateCollection local, X509Certificate? remote, string[] acceptable) =>
        targetHost.Equals(host, StringComparison.OrdinalIgnoreCase) ? certificates.Clients[0] : null!;

    private bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (insecure || errors == SslPolicyErrors.None) return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 server && BelievedByFolder(server, chain)) return true;
        _problem = Describe(certificate as X509Certificate2, chain, errors);
        return false;
    }

    private bool BelievedByFolder(X509Certificate2 server, X509Chain? presented)
    {
        if (certificates.Authorities.Count == 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificates.Authorities);
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(server);
    }

    private static string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return "it showed no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"its certificate is for {Oci.Printable.Of(certificate.GetNameInfo(X509NameType.DnsName, false), 120)}, not for this host";
        }
        var status = X509ChainStatusFlags.NoError;
        foreach (var part in chain?.ChainStatus ?? []) status |= part.Status;
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid)) return $"its certificate is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only, or one above it has expired";
        if (status.HasFlag(X509ChainStatusFlags.UntrustedRoot) || status.HasFlag(X509ChainStatusFlags.PartialChain))
        {
            return $"its certificate was signed by an authority that is not trusted here ({Oci.Printable.Of(certificate.Issuer, 120)})";
        }
        return $"its certificate is not valid ({status})";
    }
}
