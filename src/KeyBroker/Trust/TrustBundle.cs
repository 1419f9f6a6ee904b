using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Oci;

namespace Coffer.KeyBroker.Trust;

/// <summary>
/// Takes a PEM file apart into roots, intermediates and revocation lists. Intermediates must lead to a self-signed root, in the file or
/// installed before: half a chain would be refused later, when a machine enrols, and nobody would know why.
/// </summary>
internal static class TrustBundle
{
    public const int MostBytes = 1024 * 1024;

    private const int MostItems = 256;
    private const string Certificate = "CERTIFICATE", RevocationList = "X509 CRL";

    /// <param name="pem">The file.</param>
    /// <param name="installed">Roots and intermediates that are there already.</param>
    /// <param name="now">When it is installed.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: not such a file, or without its root.</exception>
    public static IReadOnlyList<TrustItem> Read(ReadOnlyMemory<byte> pem, IReadOnlyList<TrustItem> installed, DateTimeOffset now)
    {
        if (pem.Length > MostBytes) throw Bad($"the file has {pem.Length} bytes; at most {MostBytes} are read");
        var certificates = new List<X509Certificate2>();
        try
        {
            var items = new List<TrustItem>();
            foreach (var (label, der) in Blocks(Encoding.ASCII.GetString(pem.Span))) items.Add(Item(label, der, certificates, now));
            if (items.Count == 0) throw Bad("the file holds no certificate and no revocation list in PEM form", "openssl x509 -inform der -in FILE turns one certificate into it");
            CheckRoots(items, certificates, installed);
            return items;
        }
        finally
        {
            foreach (var certificate in certificates) certificate.Dispose();
        }
    }

    private static List<(string Label, byte[] Der)> Blocks(string text)
    {
        var blocks = new List<(string, byte[])>();
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var label = rest[fields.Label].ToString();
            if (label is not (Certificate or RevocationList)) throw Bad($"the file holds a {Printable.Of(label, 40)}, which does not belong into it", "only certificates and revocation lists do");
            if (blocks.Count == MostItems) throw Bad($"the file holds more than {MostItems} certificates and lists");
            var der = new byte[fields.DecodedDataLength];
            if (!Convert.TryFromBase64Chars(rest[fields.Base64Data], der, out var written) || written != der.Length) throw Bad("the file has a block that is not base64");
            blocks.Add((label, der));
        }
        return blocks;
    }

    private static TrustItem Item(string label, byte[] der, List<X509Certificate2> certificates, DateTimeOffset now)
    {
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(der));
        if (label == RevocationList)
        {
            var facts = RevocationListFacts.Read(der);
            return new TrustItem(TrustKind.Crl, fingerprint, der, Printable.Of(facts.Issuer.Name), facts.NextUpdate, now);
        }
        var certificate = Load(der);
        certificates.Add(certificate);
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
        {
            throw Bad($"{Printable.Of(certificate.Subject)} is no certificate of an authority", "an endorsement key's own certificate is not installed: its issuers' are, or its fingerprint is registered");
        }
        return new TrustItem(IsRoot(certificate) ? TrustKind.Root : TrustKind.Intermediate, fingerprint, der, Printable.Of(certificate.Subject), certificate.NotAfter.ToUniversalTime(), now);
    }

    private static void CheckRoots(List<TrustItem> items, List<X509Certificate2> certificates, IReadOnlyList<TrustItem> installed)
    {
        var there = installed.Where(i => i.Kind is TrustKind.Root or TrustKind.Intermediate).Select(i => Load(i.Der.ToArray())).ToList();
        try
        {
            foreach (var certificate in certificates.Where(c => !IsRoot(c))) CheckRoot(certificate, [.. certificates, .. there]);
            foreach (var list in items.Where(i => i.Kind == TrustKind.Crl))
            {
                var issuer = RevocationListFacts.Read(list.Der).Issuer;
                if (!certificates.Concat(there).Any(c => IsSame(c.SubjectName, issuer))) throw Bad($"the revocation list of {list.Name} has no issuer in the file or installed", "install that certificate with it");
            }
        }
        finally
        {
            foreach (var certificate in there) certificate.Dispose();
        }
    }

    // Names lead the way here; signatures are checked when a machine enrols, against all of them.
    private static void CheckRoot(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> all)
    {
        var (reached, open) = (new HashSet<string>(StringComparer.Ordinal), new Queue<X509Certificate2>([certificate]));
        while (open.TryDequeue(out var at))
        {
            if (IsRoot(at)) return;
            foreach (var issuer in all.Where(c => IsSame(c.SubjectName, at.IssuerName) && reached.Add(c.Thumbprint))) open.Enqueue(issuer);
        }
        throw Bad($"{Printable.Of(certificate.Subject)} does not lead to a self-signed root", $"add the root to the file; the next that is missing is {Printable.Of(certificate.Issuer)}");
    }

    private static bool IsRoot(X509Certificate2 certificate) => IsSame(certificate.SubjectName, certificate.IssuerName);

    private static bool IsSame(X500DistinguishedName a, X500DistinguishedName b) => a.RawData.AsSpan().SequenceEqual(b.RawData);

    private static X509Certificate2 Load(byte[] der)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException e)
        {
            throw new BrokerException(BrokerFault.BadRequest, "the file holds a certificate that does not read as one", inner: e);
        }
    }

    private static BrokerException Bad(string why, string? hint = null) => new(BrokerFault.BadRequest, why, hint);
}
