using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Evidence;

/// <summary>A quote together with the values that it is over.</summary>
/// <param name="Quote">What the TPM signed.</param>
/// <param name="Banks">All 24 registers of each quoted bank, in the quote's order.</param>
internal sealed record QuotedPcrs(Commands.Attestation Quote, IReadOnlyList<TpmPcrValues> Banks)
{
    private const int MostAttempts = 8;

    /// <summary>Reads the registers and quotes them; where somebody extended one in between, again.</summary>
    /// <param name="tpm">The TPM.</param>
    /// <param name="ak">Signs.</param>
    /// <param name="extraData">At most 64 bytes.</param>
    /// <param name="banks">Which.</param>
    /// <param name="cancellationToken">Asked before each command.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the registers do not come to rest.</exception>
    public static async Task<QuotedPcrs> TakeAsync(
        TpmConnection tpm, LoadedKey ak, ReadOnlyMemory<byte> extraData, IReadOnlyList<TpmAlgorithm> banks, CancellationToken cancellationToken)
    {
        TpmPcrSelection[] selections = [.. banks.Select(TpmPcrSelection.AllOf)];
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var values = new List<TpmPcrValues>();
            foreach (var selection in selections) values.Add((await tpm.ReadPcrsAsync(selection, cancellationToken).ConfigureAwait(false)).Values);
            var quote = await tpm.QuoteAsync(ak, extraData, selections, cancellationToken).ConfigureAwait(false);
            if (quote.Parse().Attested is TpmQuoted quoted && quoted.PcrDigest.Span.SequenceEqual(TpmPcrValues.Digest(ak.Public.Scheme.Hash, selections, values)))
            {
                return new QuotedPcrs(quote, values);
            }
        }
        throw new AttestationException(AttestationFault.Unavailable,
            $"the registers of the TPM changed between reading and quoting, {MostAttempts} times in a row", "something on this machine measures all the time: try again");
    }

    /// <summary>The values of a bank in hexadecimal digits, register 0 first.</summary>
    public string[] Hex(TpmAlgorithm bank)
    {
        var values = Banks.Single(b => b.Bank == bank).Values;
        return [.. Enumerable.Range(0, TpmPcrSelection.Registers).Select(register => Convert.ToHexStringLower(values[register].Span))];
    }
}
