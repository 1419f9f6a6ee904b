using Coffer.Attestation;
using Coffer.Attestation.Tpm.Structures;
using Coffer.KeyBroker.Trust;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>What enrolment asks of the attestation room: pure computation.</summary>
internal interface ITpmProofs
{
    /// <summary>Checks an endorsement certificate: that its chain ends at an installed root, nothing in it is revoked, and its key is the one shown.</summary>
    /// <returns>The issuer's name.</returns>
    /// <exception cref="AttestationException">It does not hold.</exception>
    string CheckEndorsement(ReadOnlyMemory<byte> certificate, TpmPublic ek, IReadOnlyList<TrustItem> trust, DateTimeOffset now);

    /// <summary>Makes a credential that only the TPM with the endorsement key opens, and only for the key of that name.</summary>
    /// <returns>TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET.</returns>
    /// <exception cref="AttestationException">Not an endorsement key.</exception>
    (byte[] Blob, byte[] EncryptedSecret) MakeCredential(TpmPublic ek, ReadOnlySpan<byte> akName, ReadOnlySpan<byte> secret);
}
