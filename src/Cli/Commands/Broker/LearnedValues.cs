using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary>
/// Values of evidence in the form that reference sets have: registers of a bank by number, and every list of texts below
/// <c>tpm.boot</c> (kernel, initrd, applications, command_line and whatever else the boot's log proves) by its name.
/// </summary>
internal static class LearnedValues
{
    /// <summary>The values of one attestation message, which is verified as a broker would, whatever nonce it answers.</summary>
    /// <param name="message">What <c>attest evidence</c> printed.</param>
    /// <param name="bank">Such as <c>sha256</c>.</param>
    /// <param name="registers">Which registers.</param>
    /// <exception cref="AttestationException">The evidence does not hold.</exception>
    /// <exception cref="CofferException">A register was not quoted, or nothing was measured into it.</exception>
    public static JsonObject Of(byte[] message, string bank, IReadOnlyList<int> registers)
    {
        var attestation = KbsAttestation.Parse(message, KbsVersions.Current);
        var digest = ReportData.Compute(KbsVersions.Current, attestation.Nonce ?? "", attestation.Key, attestation.AdditionalEvidence);
        var claims = BuiltInTees.Verifiers()[TeeNames.Tpm].Verify(attestation.Evidence, digest, attestation.Key).Claims;
        var quoted = claims["tpm"]?["pcrs"]?[bank] as JsonObject ?? throw new CofferException($"the evidence has no registers of the bank {Printable.Of(bank, 16)}");
        var values = new JsonObject();
        var kept = new JsonObject();
        foreach (var register in registers.Select(r => r.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        {
            var value = quoted[register] ?? throw new CofferException($"register {register} was not quoted", hint: "leave it out of --registers");
            // A policy that lists it would let in whoever measures nothing.
            if (value.ToString().All(c => c == '0')) throw new CofferException($"register {register} of the bank {bank} was never extended: its value says nothing of the machine", hint: "leave it out of --registers");
            kept[register] = new JsonArray(value.DeepClone());
        }
        if (kept.Count > 0) values[bank] = kept;
        foreach (var (name, list) in claims["tpm"]?["boot"] as JsonObject ?? [])
        {
            if (list is JsonArray { Count: > 0 } texts && texts.All(t => t is JsonValue v && v.TryGetValue<string>(out _))) values[name] = texts.DeepClone();
        }
        return values;
    }
}
