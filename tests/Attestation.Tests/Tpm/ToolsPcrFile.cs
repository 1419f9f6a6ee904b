using System.Buffers.Binary;

namespace Coffer.Attestation.Tpm;

/// <summary>The file in which tpm2_quote keeps register values: TPML_PCR_SELECTION and lists of eight TPM2B_DIGEST, as they lie in the memory
/// of a little-endian machine.</summary>
internal static class ToolsPcrFile
{
    private const int SelectionBytes = 4 + 16 * 8;
    private const int DigestBytes = 2 + 64;
    private const int ListBytes = 4 + 8 * DigestBytes;

    /// <summary>All 24 registers of the sha256 bank.</summary>
    public static byte[] Of(byte[][] values)
    {
        var file = new byte[SelectionBytes + 4 + 3 * ListBytes];
        BinaryPrimitives.WriteInt32LittleEndian(file, 1);
        new byte[] { 0x0B, 0x00, 3, 0xff, 0xff, 0xff }.CopyTo(file.AsSpan(4));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(SelectionBytes), 3);
        for (var i = 0; i < values.Length; i++)
        {
            var list = file.AsSpan(SelectionBytes + 4 + i / 8 * ListBytes, ListBytes);
            BinaryPrimitives.WriteInt32LittleEndian(list, 8);
            var digest = list.Slice(4 + i % 8 * DigestBytes, DigestBytes);
            BinaryPrimitives.WriteInt16LittleEndian(digest, (short)values[i].Length);
            values[i].CopyTo(digest[2..]);
        }
        return file;
    }
}
