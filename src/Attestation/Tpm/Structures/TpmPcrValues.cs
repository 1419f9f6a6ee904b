using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>Values of the registers of one bank, by number.</summary>
/// <param name="Bank">The bank's hash.</param>
/// <param name="Values">Each as long as a digest of the bank.</param>
internal sealed record TpmPcrValues(TpmAlgorithm Bank, IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Values)
{
    /// <summary>The digest that quotes and policies carry: of the values of the selected registers, bank after bank as selected, ascending
    /// within each (TPM 2.0 Library Part 1, section 17.5).</summary>
    /// <param name="hash">The hash of the signing scheme, or of the policy session.</param>
    /// <param name="selections">What is selected.</param>
    /// <param name="banks">Values of at least the selected registers.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: a selected value is not there.</exception>
    public static byte[] Digest(TpmAlgorithm hash, IReadOnlyList<TpmPcrSelection> selections, IReadOnlyList<TpmPcrValues> banks)
    {
        using var hashed = IncrementalHash.CreateHash(TpmHash.Platform(hash));
        foreach (var selection in selections)
        {
            var bank = banks.FirstOrDefault(b => b.Bank == selection.Bank);
            foreach (var register in selection.Selected)
            {
                if (bank is null || !bank.Values.TryGetValue(register, out var value))
                {
                    throw new AttestationException(AttestationFault.Malformed, $"the value of PCR {register} in the bank 0x{(ushort)selection.Bank:x4} is missing");
                }
                hashed.AppendData(value.Span);
            }
        }
        return hashed.GetHashAndReset();
    }
}
