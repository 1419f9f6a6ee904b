using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>What an endorsement key is known by: SHA-256 of its SubjectPublicKeyInfo.</summary>
internal static class EkFingerprint
{
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: not a key.</exception>
    public static string Of(TpmPublic ek) => Convert.ToHexStringLower(SHA256.HashData(ek.ExportSubjectPublicKeyInfo()));
}
