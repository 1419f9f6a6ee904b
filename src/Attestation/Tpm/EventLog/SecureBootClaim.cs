using System.Buffers.Binary;
using System.Text;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// Whether secure boot was on: from the variable that firmware measures first into PCR 7 (TCG PC Client Platform Firmware Profile,
/// section 3.3.4.8). A variable that somebody measured later proves nothing, so what stands in front of it must be recognised, by what
/// was measured and not by its type: whoever writes the log could call the true variable something else.
/// </summary>
internal static class SecureBootClaim
{
    private static readonly byte[] GlobalVariable = [0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c];
    private static readonly string[] Remarks = ["UEFI Debug Mode", "DMA Protection Disabled"];
    private const int MostNameCharacters = 256;

    public static bool? Read(BootClaims claims)
    {
        foreach (var measured in claims.Of(7))
        {
            if (!BootClaims.Measures(measured, measured.Data.Span)) return null;
            if (Remarks.Contains(Encoding.ASCII.GetString(measured.Data.Span.TrimEnd((byte)0)))) continue;
            return Variable(measured.Data) is ("SecureBoot", var value) ? value.Span is [1] : null;
        }
        return null;
    }

    // UEFI_VARIABLE_DATA (section 10.2.6), of the specification's own variables only.
    private static (string Name, ReadOnlyMemory<byte> Value)? Variable(ReadOnlyMemory<byte> data)
    {
        const int fixedBytes = 16 + 8 + 8;
        if (data.Length < fixedBytes || !data.Span[..16].SequenceEqual(GlobalVariable)) return null;
        var characters = BinaryPrimitives.ReadUInt64LittleEndian(data.Span[16..]);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(data.Span[24..]);
        if (characters > MostNameCharacters || (ulong)data.Length != fixedBytes + (characters * 2) + length) return null;
        var name = data.Slice(fixedBytes, (int)characters * 2);
        return (Encoding.Unicode.GetString(name.Span), data[(fixedBytes + name.Length)..]);
    }
}
