using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Access.Rules;
using Coffer.KeyBroker.Admin;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access.Certificates;

/// <summary>
/// Checks client certificates, and says what their holders may do. That the client has the key, the handshake proved; who vouches for it is looked at here,
/// at each request, so that the answer says what is wrong, and authorities that were taken away count no more.
/// </summary>
internal sealed class ClientCertificates : IDisposable
{
    private readonly X509Certificate2Collection _authorities;
    private readonly CertificateRules _rules;
    private readonly ClientRevocation _revocation;
    private readonly TimeProvider _time;

    /// <exception cref="BrokerException">The file of authorities, or one of revocation lists, cannot be used.</exception>
    public ClientCertificates(CertificateRules rules, TimeProvider time)
    {
        (_rules, _time, _authorities) = (rules, time, PemRoots.Load(rules.CaFile));
        _revocation = new ClientRevocation(rules.RevocationFiles, _authorities);
    }

    /// <summary>What keeps all certificates from counting; empty where nothing does.</summary>
    public IEnumerable<string> Warnings => _revocation.Ended(_time.GetUtcNow());

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: nobody who counts here vouches for it.</exception>
    public Caller Require(X509Certificate2 certificate)
    {
        using var chain = new X509Chain { ChainPolicy = PemRoots.Policy(_authorities, PemRoots.ForClients) };
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().LocalDateTime;
        if (!chain.Build(certificate))
        {
            var why = string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct());
            throw new BrokerException(BrokerFault.Unauthenticated, $"the client certificate is not vouched for ({why})", "is it issued for clients, by an authority that the broker's operator named with --access?");
        }
        _revocation.Require([.. chain.ChainElements.Select(e => e.Certificate)], _time.GetUtcNow());
        var facts = CertificateFacts.Of(certificate);
        return new Caller($"cert:{Printable.Of(facts.Name, 240)}", [.. _rules.Grants.Where(g => g.IsAbout(facts.Values)).Select(g => g.Grant)]);
    }

    public void Dispose()
    {
        foreach (var certificate in _authorities) certificate.Dispose();
    }
}
