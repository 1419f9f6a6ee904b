using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>Loaded roots, intermediates and lists, and chains built from them alone: no store of the system, no download. Disposed by who made it.</summary>
internal sealed class EkAuthorities : IDisposable
{
    private readonly List<X509Certificate2> _roots = [], _intermediates = [];
    private readonly List<RevocationList> _lists = [];

    public EkAuthorities(IReadOnlyList<EkTrustItem> items)
    {
        foreach (var item in items)
        {
            if (item.Kind == EkTrustKind.RevocationList) _lists.Add(RevocationList.Parse(item.Der));
            else (item.Kind == EkTrustKind.Root ? _roots : _intermediates).Add(CertificateFile.Load(item.Der, $"the certificate of '{item.Subject}'"));
        }
    }

    /// <summary>Checks that a chain leads from an item to a root, whenever it was valid; or that an authority here signed it.</summary>
    public void CheckIssued(EkTrustItem item)
    {
        if (item.Kind == EkTrustKind.RevocationList)
        {
            var list = RevocationList.Parse(item.Der);
            if (!_roots.Concat(_intermediates).Any(authority => ListSignature.Holds(list, authority)))
                throw new AttestationException(AttestationFault.Untrusted, $"the revocation list of '{item.Subject}' is signed by no authority that is installed or in the bundle", "put the authority's certificate into the bundle");
            return;
        }
        using var certificate = CertificateFile.Load(item.Der, $"the certificate of '{item.Subject}'");
        using var chain = Build(certificate, null, out var problem);
        if (problem is not null)
        {
            throw new AttestationException(
                AttestationFault.Untrusted, $"the certificate of '{item.Subject}' has no chain to a self-signed root in the bundle: {problem}",
                "put the vendor's root into the same file: nothing is fetched from the addresses in certificates");
        }
    }

    /// <summary>Builds the chain of a certificate, itself first. The caller disposes it.</summary>
    /// <param name="certificate">Where it begins.</param>
    /// <param name="at">For which time; null: dates do not count.</param>
    /// <param name="problem">Why there is none, or null.</param>
    public X509Chain Build(X509Certificate2 certificate, DateTimeOffset? at, out string? problem)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots.ToArray());
        chain.ChainPolicy.ExtraStore.AddRange(_intermediates.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // our own check follows, from the installed lists
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = (at ?? certificate.NotBefore.ToUniversalTime()).UtcDateTime;
        if (at is null) chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        problem = chain.Build(certificate) ? null : string.Join("; ", chain.ChainStatus.Select(status => status.Status).Distinct());
        return chain;
    }

    /// <summary>Checks each certificate of a chain against its issuer's lists. Who has lists must have a current one.</summary>
    public void CheckRevocation(X509Chain chain, DateTimeOffset at, bool listRequired)
    {
        var certificates = chain.ChainElements.Select(element => element.Certificate).ToList();
        for (var i = 0; i + 1 < certificates.Count; i++)
        {
            var issuer = certificates[i + 1];
            var lists = _lists.FindAll(list => ListSignature.Holds(list, issuer));
            var name = Printable.Of(issuer.Subject);
            if (lists.Count == 0 && !_lists.Exists(list => list.Issuer.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)))
            {
                if (listRequired) throw Untrusted($"no revocation list of '{name}' is installed, and one is required");
                continue;
            }
            var current = lists.FindAll(list => list.ThisUpdate <= at && at < list.NextUpdate);
            if (current.Count == 0) throw Untrusted($"the revocation list of '{name}' has expired, or is not signed by it", "install the authority's current list");
            if (current.Exists(list => list.Revokes(certificates[i]))) throw Untrusted($"the certificate of '{Printable.Of(certificates[i].Subject)}' was revoked by '{name}'");
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _roots.Concat(_intermediates)) certificate.Dispose();
    }

    private static AttestationException Untrusted(string what, string? hint = null) => new(AttestationFault.Untrusted, what, hint);
}
