using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>
/// Verifies certificates of endorsement keys against what an operator installed: chain, dates, revocation, purpose, and that the key in
/// it is the one offered. Loads what it is given once; safe for many calls at once; disposed by who made it.
/// </summary>
/// <param name="trust">Roots, intermediates and revocation lists.</param>
/// <param name="time">The clock for validity.</param>
/// <param name="requireRevocationLists">Whether every issuer must have a current list, not only those that have one installed.</param>
/// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: an item is not what it says.</exception>
public sealed class EkCertificateVerifier(IReadOnlyList<EkTrustItem> trust, TimeProvider time, bool requireRevocationLists = false) : IDisposable
{
    private const string EkPurpose = "2.23.133.8.1"; // tcg-kp-EKCertificate
    private const string What = "the endorsement key's certificate";

    private readonly EkAuthorities _authorities = new(trust);

    /// <summary>Verifies one.</summary>
    /// <param name="der">The certificate; outside input.</param>
    /// <param name="endorsementKey">The key that it must be of.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>; <see cref="AttestationFault.Untrusted"/>: what does not hold, for operators.</exception>
    public EkCertificate Verify(byte[] der, TpmPublic endorsementKey)
    {
        ArgumentNullException.ThrowIfNull(endorsementKey);
        try
        {
            return VerifyLoaded(der, endorsementKey);
        }
        catch (CryptographicException e)
        {
            // The platform reads extensions only when they are asked for.
            throw new AttestationException(AttestationFault.Malformed, $"{What} has a part that is not of its form", inner: e);
        }
    }

    /// <summary>Unloads the certificates.</summary>
    public void Dispose() => _authorities.Dispose();

    private EkCertificate VerifyLoaded(byte[] der, TpmPublic endorsementKey)
    {
        using var certificate = CertificateFile.Load(der, What);
        CheckPurpose(certificate);
        if (!IsOf(certificate, endorsementKey)) throw Untrusted("is of another key than the one offered");

        var now = time.GetUtcNow();
        using var chain = _authorities.Build(certificate, now, out var problem);
        try
        {
            if (problem is not null)
            {
                throw Untrusted(
                    $"of issuer '{Printable.Of(certificate.Issuer)}' is not vouched for: {problem}",
                    "install the vendor's root and intermediates: coffer broker trust add");
            }
            _authorities.CheckRevocation(chain, now, requireRevocationLists);
            var (manufacturer, model, version) = TpmSubject.Read(certificate);
            return new EkCertificate(
                EkTrustBundle.Fingerprint(der), Printable.Of(certificate.Issuer), EkTrustBundle.Fingerprint(chain.ChainElements[^1].Certificate.RawData), manufacturer, model, version);
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    // TCG EK Credential Profile, sections 3.2.11 to 3.2.13.
    private static void CheckPurpose(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority)) throw Untrusted("is that of an authority");
        var purposes = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        if (purposes is not null && !purposes.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == EkPurpose)) throw Untrusted("is not for endorsement keys (extended key usage)");
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && (usage.KeyUsages & (X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement)) == 0) throw Untrusted("is not for a key that receives secrets (key usage)");
    }

    private static bool IsOf(X509Certificate2 certificate, TpmPublic endorsementKey)
    {
        if (endorsementKey.Key is TpmRsaKey rsaKey)
        {
            using var rsa = certificate.GetRSAPublicKey();
            if (rsa is null) return false;
            var (theirs, ours) = (rsa.ExportParameters(false), rsaKey.ToParameters());
            return theirs.Modulus.AsSpan().SequenceEqual(ours.Modulus) && theirs.Exponent.AsSpan().SequenceEqual(ours.Exponent);
        }
        using var curve = certificate.GetECDiffieHellmanPublicKey();
        if (curve is null) return false;
        var (point, own) = (curve.ExportParameters(false), ((TpmEccKey)endorsementKey.Key).ToParameters());
        return point.Curve.Oid.Value == own.Curve.Oid.Value && point.Q.X.AsSpan().SequenceEqual(own.Q.X) && point.Q.Y.AsSpan().SequenceEqual(own.Q.Y);
    }

    private static AttestationException Untrusted(string what, string? hint = null) => new(AttestationFault.Untrusted, $"{What} {what}", hint);
}
