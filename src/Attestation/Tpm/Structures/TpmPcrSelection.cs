namespace Coffer.Attestation.Tpm.Structures;

/// <summary>TPMS_PCR_SELECTION (TPM 2.0 Library Part 2, section 10.6.2): registers of one bank. Immutable.</summary>
internal sealed class TpmPcrSelection
{
    /// <summary>Registers of every PC's TPM, numbered from 0.</summary>
    public const int Registers = 24;

    private const int MostSelectBytes = 4;
    private const int MostBanks = 16;
    private readonly byte[] _select;

    /// <summary>A selection in the usual three bytes.</summary>
    /// <param name="bank">The bank's hash.</param>
    /// <param name="registers">Each from 0 to 23.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such register.</exception>
    public TpmPcrSelection(TpmAlgorithm bank, IEnumerable<int> registers)
    {
        Bank = bank;
        _select = new byte[Registers / 8];
        foreach (var register in registers)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(register);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(register, Registers);
            _select[register / 8] |= (byte)(1 << (register % 8));
        }
    }

    private TpmPcrSelection(TpmAlgorithm bank, byte[] select) => (Bank, _select) = (bank, select);

    /// <summary>The bank's hash; of a selection that was read, perhaps one that is not known here.</summary>
    public TpmAlgorithm Bank { get; }

    /// <summary>The selected registers, ascending; that is the order in which a TPM hashes their values.</summary>
    public IReadOnlyList<int> Selected => [.. Enumerable.Range(0, _select.Length * 8).Where(Contains)];

    /// <summary>All 24 registers of a bank.</summary>
    public static TpmPcrSelection AllOf(TpmAlgorithm bank) => new(bank, Enumerable.Range(0, Registers));

    /// <summary>Whether a register is selected.</summary>
    public bool Contains(int register) => register >= 0 && register / 8 < _select.Length && (_select[register / 8] >> (register % 8) & 1) != 0;

    /// <summary>Reads a TPML_PCR_SELECTION (section 10.9.7): at most 16 banks, none of them twice.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static IReadOnlyList<TpmPcrSelection> ReadList(ref TpmReader reader)
    {
        var count = reader.ReadUInt32();
        if (count > MostBanks) throw reader.Malformed($"selects registers of {count} banks, and {MostBanks} are the most");
        var list = new List<TpmPcrSelection>((int)count);
        for (var i = 0; i < count; i++)
        {
            var bank = reader.ReadAlgorithm();
            var size = reader.ReadByte();
            if (size is 0 or > MostSelectBytes) throw reader.Malformed($"selects registers in {size} bytes");
            if (list.Exists(s => s.Bank == bank)) throw reader.Malformed($"selects registers of the bank 0x{(ushort)bank:x4} twice");
            list.Add(new TpmPcrSelection(bank, reader.ReadBytes(size).ToArray()));
        }
        return list;
    }

    /// <summary>Writes a TPML_PCR_SELECTION.</summary>
    public static void WriteList(TpmWriter writer, IReadOnlyList<TpmPcrSelection> list)
    {
        writer.UInt32((uint)list.Count);
        foreach (var selection in list) writer.Algorithm(selection.Bank).Byte((byte)selection._select.Length).Bytes(selection._select);
    }
}
