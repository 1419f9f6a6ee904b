using Coffer.Attestation;
using Coffer.Attestation.Tpm.Certificates;
using Coffer.Attestation.Tpm.Structures;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Trust;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>What an endorsement key is held to at one moment.</summary>
/// <param name="IsRegistered">Whether its fingerprint was registered: then it needs no certificate.</param>
/// <param name="Certificates">Roots, intermediates and revocation lists.</param>
internal sealed record EkTrust(bool IsRegistered, IReadOnlyList<TrustItem> Certificates)
{
    public static async ValueTask<EkTrust> ReadAsync(IStoreReader store, string fingerprint) => new(
        await TrustAnchors.KnowsEkAsync(store, fingerprint).ConfigureAwait(false), await TrustAnchors.CertificatesAsync(store).ConfigureAwait(false));

    /// <summary>The key, with the issuer of its certificate where that is what it is trusted by.</summary>
    /// <exception cref="AttestationException">The certificate does not hold.</exception>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Denied"/>: there is none, and the key is not registered.</exception>
    public HostEk Require(TpmPublic ek, string fingerprint, byte[]? certificate, TimeProvider time)
    {
        if (IsRegistered) return new HostEk(fingerprint, null);
        if (certificate is null) throw new BrokerException(BrokerFault.Denied, $"the endorsement key {fingerprint} has no certificate and is not registered", "coffer broker trust add-ek registers it");
        using var verifier = new EkCertificateVerifier([.. Certificates.Select(i => i.ToAttestation())], time);
        return new HostEk(fingerprint, verifier.Verify(certificate, ek).Issuer);
    }
}
