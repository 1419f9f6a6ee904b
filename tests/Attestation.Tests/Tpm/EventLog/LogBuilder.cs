using System.Text;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tests.Tpm.EventLog;

/// <summary>Writes event logs, and extends registers as a TPM would.</summary>
internal sealed class LogBuilder
{
    private readonly List<byte> _log = [];
    private readonly TpmAlgorithm[] _banks;
    private readonly Dictionary<(TpmAlgorithm, uint), byte[]> _registers = [];

    public LogBuilder(params TpmAlgorithm[] banks)
    {
        _banks = banks.Length > 0 ? banks : [TpmAlgorithm.Sha1, TpmAlgorithm.Sha256, TpmAlgorithm.Sha384];
        Raw(0u, 3u, new byte[20]);
        List<byte> spec = [];
        spec.AddRange("Spec ID Event03\0"u8);
        spec.AddRange([0, 0, 0, 0, 0, 2, 0, 2]);
        spec.AddRange(BitConverter.GetBytes(_banks.Length));
        foreach (var bank in _banks)
        {
            spec.AddRange(BitConverter.GetBytes((ushort)bank));
            spec.AddRange(BitConverter.GetBytes((ushort)TpmHash.Size(bank)));
        }
        spec.Add(0);
        Sized([.. spec]);
    }

    public byte[] Bytes => [.. _log];

    public byte[] Register(TpmAlgorithm bank, uint register) => _registers.GetValueOrDefault((bank, register)) ?? new byte[TpmHash.Size(bank)];

    /// <summary>An event that measures its own data.</summary>
    public LogBuilder Event(uint register, uint type, byte[] data) => Event(register, type, data, data);

    public LogBuilder Event(uint register, uint type, byte[] measured, byte[] data, bool extend = true)
    {
        Raw(register, type, BitConverter.GetBytes(_banks.Length));
        foreach (var bank in _banks)
        {
            var digest = TpmHash.Hash(bank, measured);
            if (extend) _registers[(bank, register)] = TpmHash.Hash(bank, [.. Register(bank, register), .. digest]);
            _log.AddRange(BitConverter.GetBytes((ushort)bank));
            _log.AddRange(digest);
        }
        Sized(data);
        return this;
    }

    /// <summary>A text that GRUB measures without its label.</summary>
    public LogBuilder Grub(string label, string text) => Event(8, 0xD, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes($"{label}: {text}\0"));

    /// <summary>A file that GRUB measures.</summary>
    public LogBuilder File(string path, string content) => Event(9, 0xD, Encoding.UTF8.GetBytes(content), Encoding.UTF8.GetBytes(path + "\0"));

    public LogBuilder SecureBoot(params byte[] value) => Event(7, 0x80000001, Variable("SecureBoot", value));

    /// <summary>Where a register begins, as with TPM2_Startup from a locality.</summary>
    public void Begin(uint register, byte last)
    {
        foreach (var bank in _banks) _registers[(bank, register)] = [.. new byte[TpmHash.Size(bank) - 1], last];
    }

    public static byte[] Variable(string name, byte[] value) =>
    [
        0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
        .. BitConverter.GetBytes((long)name.Length), .. BitConverter.GetBytes((long)value.Length), .. Encoding.Unicode.GetBytes(name), .. value,
    ];

    private void Raw(uint register, uint type, byte[] more)
    {
        _log.AddRange(BitConverter.GetBytes(register));
        _log.AddRange(BitConverter.GetBytes(type));
        _log.AddRange(more);
    }

    private void Sized(byte[] data)
    {
        _log.AddRange(BitConverter.GetBytes(data.Length));
        _log.AddRange(data);
    }
}
