using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>What an enrolling machine's quote shows: its state on the day, for an operator to take as its baseline.</summary>
/// <param name="AkName">The TPM name of the attestation key.</param>
/// <param name="Counters">The machine's counters when it signed.</param>
/// <param name="Pcrs">All 24 PCRs of the sha256 bank by number, 32 bytes each.</param>
public sealed record EnrolmentQuote(byte[] AkName, BootCounters Counters, IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Pcrs)
{
    /// <summary>
    /// Verifies the quote of a proof by the key that the credential was made for. The secret itself is compared before, by who made it.
    /// </summary>
    /// <param name="attestationKey">The public area whose name the credential names.</param>
    /// <param name="nonce">The nonce of the challenge.</param>
    /// <param name="proof">The second step's message.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, <see cref="AttestationFault.Unsupported"/> or
    /// <see cref="AttestationFault.Untrusted"/>; also where fewer than all 24 PCRs of the sha256 bank are quoted.</exception>
    public static EnrolmentQuote Verify(TpmPublic attestationKey, ReadOnlySpan<byte> nonce, EnrolmentProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        using var key = AttestationKey.Of(attestationKey);
        var values = proof.Quote.Pcrs.Index().ToDictionary(pcr => pcr.Index, pcr => (ReadOnlyMemory<byte>)pcr.Item);
        var evidence = new QuoteEvidence(proof.Quote.Message, proof.Quote.Signature, [new TpmPcrValues(TpmAlgorithm.Sha256, values)], "the enrolment's quote");
        var quote = VerifiedQuote.Check(evidence, key, EnrolmentProof.Binding(nonce, proof.Secret));
        return quote.Banks is [{ Bank: TpmAlgorithm.Sha256, Values.Count: TpmPcrSelection.Registers } bank]
            ? new EnrolmentQuote(key.Name!, quote.Attest.Counters, bank.Values)
            : throw new AttestationException(AttestationFault.Untrusted, "the enrolment's quote is not over all PCRs of the sha256 bank");
    }
}
