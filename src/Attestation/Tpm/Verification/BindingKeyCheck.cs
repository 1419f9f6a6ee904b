using System.Security.Cryptography;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>
/// Whether the key that secrets are sealed to lives in the TPM that quotes: certified by the same attestation key, fixed to its TPM,
/// good for nothing but decrypting and, where it is bound to registers, only while they have the quoted values.
/// </summary>
internal static class BindingKeyCheck
{
    private const TpmObjectAttributes Always = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin | TpmObjectAttributes.Decrypt;
    private const int LeastBits = 2048, MostBits = 4096;

    /// <summary>Returns the key's name; anything that does not hold is a failure.</summary>
    public static byte[] Check(BindingKeyEvidence evidence, AttestationKey attestationKey, VerifiedQuote quote, ReadOnlySpan<byte> extraData, TeePublicKey offered)
    {
        CheckTemplate(evidence);
        CheckPolicy(evidence, quote);
        CheckOffered(evidence.Public, offered);

        var attest = TpmAttest.Parse(evidence.Attest);
        if (attest.Attested is not TpmCertified certified) throw Untrusted("its attestation is no certification");
        if (!CryptographicOperations.FixedTimeEquals(attest.ExtraData.Span, extraData)) throw Untrusted("it was certified for another nonce or key");
        attestationKey.Verify(evidence.Attest, TpmSignature.Parse(evidence.Signature), "the binding key's certification");
        var name = evidence.Public.ComputeName();
        if (!certified.Name.Span.SequenceEqual(name)) throw Untrusted("another key was certified");

        // One AK may be loaded under several parents; then it signs under several qualified names.
        if (!attest.QualifiedSigner.Span.SequenceEqual(quote.Attest.QualifiedSigner.Span)) throw Untrusted("it was certified by a key of another parent than the quote's");
        if (attest.Counters.Resets != quote.Attest.Counters.Resets) throw Untrusted("the TPM was reset between quote and certification");
        return name;
    }

    // With userWithAuth, a key with a policy opens by its empty password, whatever the registers; with adminWithPolicy clear that policy
    // governs use alone. The bits that have no name here must be clear too.
    private static void CheckTemplate(BindingKeyEvidence evidence)
    {
        var key = evidence.Public;
        var wanted = Always | (evidence.Pcrs is null ? TpmObjectAttributes.UserWithAuth : TpmObjectAttributes.None);
        var actual = key.Attributes & ~TpmObjectAttributes.NoDa;
        if (actual != wanted) throw Untrusted($"its attributes are 0x{(uint)key.Attributes:x8} instead of 0x{(uint)wanted:x8}");
        if (!HashStrength.IsEnough(key.NameAlgorithm)) throw Untrusted("it is named by a hash weaker than SHA-256");
        if (key.Symmetric.Algorithm != TpmAlgorithm.Null || key.Scheme.Algorithm != TpmAlgorithm.Null) throw Untrusted("it has a symmetric algorithm or a fixed scheme");
        if (key.Key is not TpmRsaKey { Bits: >= LeastBits and <= MostBits }) throw Untrusted($"it is not an RSA key of {LeastBits} to {MostBits} bits");
    }

    private static void CheckPolicy(BindingKeyEvidence evidence, VerifiedQuote quote)
    {
        var key = evidence.Public;
        if (evidence.Pcrs is not { } registers)
        {
            if (!key.AuthPolicy.IsEmpty) throw Untrusted("it has a policy that is not explained");
            return;
        }
        var selection = new TpmPcrSelection(TpmAlgorithm.Sha256, registers);
        var quoted = quote.Banks.FirstOrDefault(bank => bank.Bank == TpmAlgorithm.Sha256);
        if (quoted is null || registers.Any(register => !quoted.Values.ContainsKey(register))) throw Untrusted("its policy names PCRs that were not quoted");
        var digest = TpmPcrValues.Digest(key.NameAlgorithm, [selection], [quoted]);
        var policy = TpmPolicyDigest.OfPcrs(key.NameAlgorithm, [selection], digest);
        if (!key.AuthPolicy.Span.SequenceEqual(policy)) throw Untrusted("its policy is not that of the quoted PCR values");
    }

    private static void CheckOffered(TpmPublic key, TeePublicKey offered)
    {
        var numbers = ((TpmRsaKey)key.Key).ToParameters();
        if (offered.Key.Type != Jose.JwkType.Rsa || offered.Algorithm != TeePublicKey.RsaOaep256) throw Untrusted("the key that was offered is not the certified one");
        var other = offered.Key.ExportRsaPublicNumbers();
        if (!numbers.Modulus.AsSpan().SequenceEqual(other.Modulus) || !numbers.Exponent.AsSpan().SequenceEqual(other.Exponent))
            throw Untrusted("the key that was offered is not the certified one");
    }

    private static AttestationException Untrusted(string what) => new(AttestationFault.Untrusted, $"the binding key is not proven: {what}");
}
