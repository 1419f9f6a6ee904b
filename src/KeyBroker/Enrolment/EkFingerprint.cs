using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>What an endorsement key is known by: SHA-256 of its SubjectPublicKeyInfo.</summary>
internal static class EkFingerprint
{
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: not a key.</exception>
    public static string Of(TpmPublic ek) => Convert.ToHexStringLower(SHA256.HashData(SubjectPublicKeyInfo(ek)));

    private static byte[] SubjectPublicKeyInfo(TpmPublic key)
    {
        try
        {
            switch (key.Key)
            {
                case TpmRsaKey rsa:
                    using (var imported = RSA.Create(rsa.ToParameters())) return imported.ExportSubjectPublicKeyInfo();
                case TpmEccKey ecc:
                    using (var imported = ECDsa.Create(ecc.ToParameters())) return imported.ExportSubjectPublicKeyInfo();
                default:
                    throw new AttestationException(AttestationFault.Unsupported, "the endorsement key is neither RSA nor on a curve");
            }
        }
        catch (CryptographicException e)
        {
            throw new AttestationException(AttestationFault.Malformed, "the endorsement key is not a key", inner: e);
        }
    }
}
