using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>A quote that holds: what the TPM said, and the register values that its digest covers. No others.</summary>
/// <param name="Attest">What was signed.</param>
/// <param name="Banks">Values of the selected registers.</param>
internal sealed record VerifiedQuote(TpmAttest Attest, IReadOnlyList<TpmPcrValues> Banks)
{
    /// <summary>Checks form, binding, signature and register digest, in this order.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, <see cref="AttestationFault.Unsupported"/> or <see cref="AttestationFault.Untrusted"/>.</exception>
    public static VerifiedQuote Check(QuoteEvidence evidence, AttestationKey key, ReadOnlySpan<byte> extraData)
    {
        var attest = TpmAttest.Parse(evidence.Message);
        if (attest.Attested is not TpmQuoted quoted) throw Untrusted($"{evidence.What} is no quote");
        if (!CryptographicOperations.FixedTimeEquals(attest.ExtraData.Span, extraData)) throw Untrusted($"{evidence.What} is bound to another nonce or key");
        var signature = TpmSignature.Parse(evidence.Signature);
        key.Verify(evidence.Message, signature, evidence.What);

        // TPM2_Quote hashes the registers with the hash of the signing scheme.
        var digest = TpmPcrValues.Digest(signature.Hash, quoted.Selections, evidence.Banks);
        if (!CryptographicOperations.FixedTimeEquals(digest, quoted.PcrDigest.Span)) throw Untrusted($"the PCR values beside {evidence.What} are not those that were signed");
        return new VerifiedQuote(attest, [.. quoted.Selections.Select(selection => Selected(selection, evidence.Banks))]);
    }

    private static TpmPcrValues Selected(TpmPcrSelection selection, IReadOnlyList<TpmPcrValues> banks)
    {
        var values = banks.FirstOrDefault(b => b.Bank == selection.Bank)?.Values;
        return new TpmPcrValues(selection.Bank, selection.Selected.ToDictionary(register => register, register => values![register]));
    }

    private static AttestationException Untrusted(string what) => new(AttestationFault.Untrusted, what);
}
