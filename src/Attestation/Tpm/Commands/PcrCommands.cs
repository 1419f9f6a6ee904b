using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM2_PCR_Read (TPM 2.0 Library Part 3, section 22.4).</summary>
internal static class PcrCommands
{
    private const int MostValues = 8; // of a TPML_DIGEST

    /// <summary>Reads registers of one bank, with as many commands as it takes.</summary>
    /// <returns>The values, and the register update counter of the last reading; while others extend, they need not be of one moment.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: the bank is not kept.</exception>
    public static async Task<(TpmPcrValues Values, uint Updates)> ReadPcrsAsync(
        this TpmConnection tpm, TpmPcrSelection selection, CancellationToken cancellationToken)
    {
        var values = new Dictionary<int, ReadOnlyMemory<byte>>();
        var updates = 0u;
        while (selection.Selected.Where(register => !values.ContainsKey(register)).ToArray() is { Length: > 0 } missing)
        {
            TpmPcrSelection[] wanted = [new(selection.Bank, missing)];
            var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.PcrRead)
            {
                Parameters = TpmCommand.Write(w => TpmPcrSelection.WriteList(w, wanted)),
            }, cancellationToken).ConfigureAwait(false);
            updates = Read(response.Parameters, wanted[0], values);
        }
        return (new TpmPcrValues(selection.Bank, values), updates);
    }

    private static uint Read(byte[] parameters, TpmPcrSelection wanted, Dictionary<int, ReadOnlyMemory<byte>> values)
    {
        var reader = new TpmReader(parameters, "the response to PcrRead");
        var updates = reader.ReadUInt32();
        var registers = TpmPcrSelection.ReadList(ref reader).Where(s => s.Bank == wanted.Bank).SelectMany(s => s.Selected).ToArray();
        var count = reader.ReadUInt32();
        if (registers.Length == 0) throw reader.Unsupported($"has no values: the TPM keeps no bank {TpmHash.Name(wanted.Bank)}");
        if (count > MostValues || count != registers.Length) throw reader.Malformed($"has {count} values of {registers.Length} registers");
        foreach (var register in registers)
        {
            var value = reader.ReadSized(TpmHash.MostBytes, "value").ToArray();
            if (value.Length != TpmHash.Size(wanted.Bank)) throw reader.Malformed($"has a value of {value.Length} bytes in the bank {TpmHash.Name(wanted.Bank)}");
            if (!wanted.Contains(register)) throw reader.Malformed("has a value that was not asked for");
            values[register] = value;
        }
        reader.End();
        return updates;
    }
}
