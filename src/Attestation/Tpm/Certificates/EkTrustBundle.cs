using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>Reads what vouches for endorsement keys out of a PEM text: roots, intermediates and revocation lists, in any order.</summary>
public static class EkTrustBundle
{
    /// <summary>The longest text, in characters.</summary>
    public const int MostCharacters = 4 * 1024 * 1024;

    private const int MostItems = 512;

    /// <summary>Reads and checks one: every certificate of an authority, every chain complete, every list signed by an authority here.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="installed">What is installed already and completes it.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>; <see cref="AttestationFault.Untrusted"/>: the
    /// self-signed root is missing, or nothing here signed a list; <see cref="AttestationFault.Unsupported"/>: a list of a kind that is not known here.</exception>
    public static IReadOnlyList<EkTrustItem> Read(string pem, IReadOnlyList<EkTrustItem>? installed = null)
    {
        ArgumentNullException.ThrowIfNull(pem);
        try
        {
            return ReadAll(pem, installed ?? []);
        }
        catch (CryptographicException e)
        {
            // The platform reads extensions and names only when they are asked for.
            throw new AttestationException(AttestationFault.Malformed, "the bundle holds a certificate or list with a part that is not of its form", inner: e);
        }
    }

    private static List<EkTrustItem> ReadAll(string pem, IReadOnlyList<EkTrustItem> installed)
    {
        if (pem.Length > MostCharacters) throw Malformed($"has more than {MostCharacters} characters");
        var items = new List<EkTrustItem>();
        foreach (var (label, der) in Blocks(pem))
        {
            if (items.Count == MostItems) throw Malformed($"holds more than {MostItems} certificates and lists");
            var item = label == "X509 CRL" ? OfList(RevocationList.Parse(der)) : OfCertificate(der);
            if (!items.Exists(known => known.Fingerprint == item.Fingerprint)) items.Add(item);
        }
        if (items.Count == 0) throw Malformed("holds no certificate and no revocation list");
        using var authorities = new EkAuthorities([.. items, .. installed]);
        foreach (var item in items) authorities.CheckIssued(item);
        return items;
    }

    internal static EkTrustItem OfCertificate(byte[] der)
    {
        using var certificate = CertificateFile.Load(der, "a certificate in the bundle");
        var name = Printable.Of(certificate.Subject);
        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority))
            throw new AttestationException(AttestationFault.Malformed, $"'{name}' is not the certificate of an authority", "install the roots and intermediates of the TPM's vendor, not the certificate of a TPM");
        var kind = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData) ? EkTrustKind.Root : EkTrustKind.Intermediate;
        return new EkTrustItem(kind, der, Fingerprint(der), name, certificate.NotAfter);
    }

    private static EkTrustItem OfList(RevocationList list) => new(EkTrustKind.RevocationList, list.Der, Fingerprint(list.Der), Printable.Of(list.Issuer.Name), list.NextUpdate);

    internal static string Fingerprint(ReadOnlySpan<byte> der) => Convert.ToHexStringLower(SHA256.HashData(der));

    private static IEnumerable<(string Label, byte[] Der)> Blocks(string pem)
    {
        for (var at = 0; PemEncoding.TryFind(pem.AsSpan(at), out var found); at += found.Location.End.Value)
        {
            var (label, data) = (pem[Shift(found.Label, at)], pem[Shift(found.Base64Data, at)]);
            if (label is not ("CERTIFICATE" or "X509 CRL"))
                throw Malformed(label.Contains("PRIVATE", StringComparison.Ordinal) ? "holds a private key, which does not belong here" : $"holds a block '{Printable.Of(label, 64)}'; CERTIFICATE and X509 CRL are read");
            yield return (label, Convert.FromBase64String(data));
        }
    }

    private static Range Shift(Range range, int by) => new(range.Start.Value + by, range.End.Value + by);

    private static AttestationException Malformed(string what) =>
        new(AttestationFault.Malformed, $"the bundle {what}", "it is a PEM file of the TPM vendor's roots, intermediates and revocation lists");
}
