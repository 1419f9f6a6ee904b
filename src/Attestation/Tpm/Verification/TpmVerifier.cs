using System.Text.Json;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>
/// Verifies evidence of a TPM 2.0. The proof, in its order; the first step that does not hold ends it:
/// <list type="number">
/// <item>The evidence has its form, within its bounds.</item>
/// <item>The attestation key is one: restricted, signing, fixed to its TPM. That it is a TPM's own is what enrolment showed.</item>
/// <item>The quote is a TPM's (magic, type), bound to this nonce and this key (extraData), signed by that key, and over the PCR values
/// that came with it. Where there is a second quote, the same of it; it binds the host UUID, and both are of one boot. One of them is over
/// the sha256 bank.</item>
/// <item>Where there is a binding key: it has exactly the attributes, its policy follows from the quoted values, it is the key that
/// secrets will be sealed to, and the same attestation key certified it for this nonce.</item>
/// <item>Where there is an event log: replayed, it ends at the quoted values. What it says becomes a claim only where the hash of what it
/// says is what was measured.</item>
/// </list>
/// </summary>
internal sealed class TpmVerifier : IVerifier
{
    private readonly SpareKeys _spare = new();

    /// <inheritdoc/>
    public string Tee => TeeNames.Tpm;

    /// <inheritdoc/>
    public Verdict Verify(JsonElement evidence, ReadOnlyMemory<byte> digest, TeePublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (digest.Length != ReportData.Bytes) throw new ArgumentException($"a digest of {digest.Length} bytes", nameof(digest));

        var read = TpmEvidence.Read(evidence);
        var attestationKey = KeyOf(read);
        var holds = false;
        try
        {
            var verdict = Verify(read, attestationKey, digest, key);
            holds = true;
            return verdict;
        }
        finally
        {
            if (holds && read.Key is not null) _spare.Keep(Convert.ToHexStringLower(attestationKey.Name!), attestationKey);
            else attestationKey.Dispose();
        }
    }

    private Verdict Verify(TpmEvidence read, AttestationKey attestationKey, ReadOnlyMemory<byte> digest, TeePublicKey key)
    {
        var extraData = digest[..TpmEvidence.ExtraDataBytes];

        var first = read.Quote is { } quote ? VerifiedQuote.Check(quote, attestationKey, extraData.Span) : null;
        var second = read.SecondQuote is { } other ? VerifiedQuote.Check(other, attestationKey, TpmEvidence.SecondBinding(digest.Span, read.HostUuid)) : null;
        var (main, banks) = Unite(first, second);
        // Policies, baselines and logs are about this bank; one that firmware leaves alone would hold what the machine's owner likes.
        if (!banks.Any(bank => bank.Bank == TpmAlgorithm.Sha256)) throw Untrusted("no quote is over the sha256 bank");

        var bindingName = read.BindingKey is { } binding
            ? BindingKeyCheck.Check(binding, attestationKey, main with { Banks = banks }, extraData.Span, key)
            : null;

        var boot = read.EventLog is { } log ? BootClaims.Replay(TcgEventLog.Parse(log), banks) : null;

        var claims = TpmClaims.Make(attestationKey, main.Attest, banks, read, bindingName, boot);
        return new Verdict(Tee, claims, attestationKey.Name is { } name ? new MachineIdentity(Convert.ToHexStringLower(name), main.Attest.Counters) : null);
    }

    private AttestationKey KeyOf(TpmEvidence evidence)
    {
        var bare = evidence.BareKey is { } der ? AttestationKey.OfBareRsa(der) : null;
        if (evidence.Key is not { } area) return bare ?? throw Untrusted("the evidence has no attestation key");
        AttestationKeyRules.Check(area);
        if (bare is not null && !(area.Key is TpmRsaKey rsa && bare.Has(rsa.ToParameters()))) throw Untrusted("'ak_public' and the attestation key's public area are two keys");
        return _spare.Take(Convert.ToHexStringLower(area.ComputeName())) ?? AttestationKey.Of(area);
    }

    private static (VerifiedQuote Main, IReadOnlyList<TpmPcrValues> Banks) Unite(VerifiedQuote? first, VerifiedQuote? second)
    {
        var main = first ?? second!;
        if (first is null || second is null) return (main, main.Banks);
        if (first.Attest.Counters.Resets != second.Attest.Counters.Resets) throw Untrusted("the TPM was reset between the two quotes");
        if (!first.Attest.QualifiedSigner.Span.SequenceEqual(second.Attest.QualifiedSigner.Span)) throw Untrusted("the two quotes are by keys of different parents");
        var banks = first.Banks.ToList();
        foreach (var bank in second.Banks)
        {
            if (banks.Find(b => b.Bank == bank.Bank) is not { } known) banks.Add(bank);
            else if (bank.Values.Any(v => known.Values.TryGetValue(v.Key, out var value) && !value.Span.SequenceEqual(v.Value.Span))) throw Untrusted("the PCRs changed between the two quotes");
        }
        return (main, banks);
    }

    private static AttestationException Untrusted(string what) => new(AttestationFault.Untrusted, what);
}
