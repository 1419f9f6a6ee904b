using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Enrolment;

/// <summary>The node's answer to a credential: proof that the attestation key is in the TPM of the endorsement key. Disposal zeroes the secret.</summary>
public sealed class TpmEnrolmentAnswer : IDisposable
{
    internal TpmEnrolmentAnswer(byte[] secret, byte[] message, byte[] signature, IReadOnlyList<string> pcrs) =>
        (Secret, Message, Signature, Pcrs) = (secret, message, signature, pcrs);

    /// <summary>What was in the credential.</summary>
    public byte[] Secret { get; }

    /// <summary>TPMS_ATTEST of a quote over all registers of the sha256 bank.</summary>
    public byte[] Message { get; }

    /// <summary>TPMT_SIGNATURE of it by the attestation key.</summary>
    public byte[] Signature { get; }

    /// <summary>The values of the 24 registers in lower-case hexadecimal digits, register 0 first.</summary>
    public IReadOnlyList<string> Pcrs { get; }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(Secret);
}
