using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM2_NV_ReadPublic and TPM2_NV_Read (TPM 2.0 Library Part 3, sections 31.6 and 31.13).</summary>
internal static class NvCommands
{
    private const uint NothingThere = 0x08B; // TPM_RC_HANDLE
    private const uint LargestBufferProperty = 0x12C; // TPM_PT_NV_BUFFER_MAX
    private const int MostChunkBytes = 1024;
    private const int MostIndexBytes = 16 * 1024;
    private const uint AuthRead = 1 << 18; // TPMA_NV_AUTHREAD
    private const uint Written = 1 << 29; // TPMA_NV_WRITTEN

    /// <summary>The content of an index; null where it is not defined or was not written.</summary>
    public static async Task<byte[]?> ReadNvAsync(this TpmConnection tpm, uint index, CancellationToken cancellationToken)
    {
        var (handle, attributes, size) = await ReadNvPublicAsync(tpm, index, cancellationToken).ConfigureAwait(false);
        if (handle is null || (attributes & Written) == 0) return null;
        var largest = await tpm.ReadPropertyAsync(LargestBufferProperty, cancellationToken).ConfigureAwait(false) ?? MostChunkBytes;
        var content = new byte[size];
        for (var at = 0; at < size;)
        {
            var chunk = (int)Math.Min(Math.Min(largest, MostChunkBytes), size - at);
            if (chunk == 0) throw new AttestationException(AttestationFault.Malformed, "the TPM says that it reads no bytes at a time");
            var offset = at;
            var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.NvRead)
            {
                Handles = [(attributes & AuthRead) != 0 ? handle : TpmHandle.Owner, handle],
                Authorizations = [EmptyPassword.Instance],
                Parameters = TpmCommand.Write(w => w.UInt16((ushort)chunk).UInt16((ushort)offset)),
            }, cancellationToken).ConfigureAwait(false);
            Read(response.Parameters, content.AsSpan(at, chunk));
            at += chunk;
        }
        return content;
    }

    private static async Task<(TpmHandle? Handle, uint Attributes, int Size)> ReadNvPublicAsync(TpmConnection tpm, uint index, CancellationToken cancellationToken)
    {
        try
        {
            var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.NvReadPublic) { Handles = [TpmHandle.Unnamed(index)] }, cancellationToken).ConfigureAwait(false);
            return ReadPublic(response.Parameters, index);
        }
        catch (TpmCommandException e) when (e.Code.Kind == NothingThere)
        {
            return default;
        }
    }

    private static (TpmHandle Handle, uint Attributes, int Size) ReadPublic(byte[] parameters, uint index)
    {
        var reader = new TpmReader(parameters, "the response to NvReadPublic");
        var area = new TpmReader(reader.ReadSized(TpmPublic.MostBytes, "public area"), "the public area of the NV index");
        if (area.ReadUInt32() != index) throw area.Malformed("is of another index");
        area.ReadAlgorithm();
        var attributes = area.ReadUInt32();
        area.ReadSized(TpmHash.MostBytes, "policy digest");
        int size = area.ReadUInt16();
        area.End();
        if (size > MostIndexBytes) throw area.Malformed($"has {size} bytes, and {MostIndexBytes} are the most");
        return (new TpmHandle(index, reader.ReadSized(2 + TpmHash.MostBytes, "name").ToArray()), attributes, size);
    }

    private static void Read(byte[] parameters, Span<byte> to)
    {
        var reader = new TpmReader(parameters, "the response to NvRead");
        var read = reader.ReadSized(to.Length, "content");
        reader.End();
        if (read.Length != to.Length) throw reader.Malformed($"has {read.Length} of {to.Length} bytes");
        read.CopyTo(to);
    }
}
