using System.Buffers.Binary;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Transport;

/// <summary>The header of a response: tag, size, response code (TPM 2.0 Library Part 1, section 18.4).</summary>
/// <param name="Size">Of the whole response, in bytes; within bounds.</param>
/// <param name="HasSessions">Whether the parameters' size and an authorization area are there.</param>
/// <param name="Code">What the TPM says.</param>
internal readonly record struct ResponseHeader(int Size, bool HasSessions, TpmResponseCode Code)
{
    /// <summary>Size of the header in bytes.</summary>
    public const int Bytes = 10;

    /// <summary>The largest response that is taken, in bytes.</summary>
    public const int MostBytes = 64 * 1024;

    private const ushort NoSessionsTag = 0x8001;
    private const ushort SessionsTag = 0x8002;
    private const ushort OldTag = 0x00C4; // how a TPM answers what it takes for a command of TPM 1.2

    /// <summary>Reads it from the first ten bytes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static ResponseHeader Parse(ReadOnlySpan<byte> header)
    {
        if (header.Length < Bytes) throw Malformed($"has {header.Length} bytes");
        var tag = BinaryPrimitives.ReadUInt16BigEndian(header);
        var size = BinaryPrimitives.ReadUInt32BigEndian(header[2..]);
        var code = new TpmResponseCode(BinaryPrimitives.ReadUInt32BigEndian(header[6..]));
        if (tag is not (NoSessionsTag or SessionsTag or OldTag)) throw Malformed($"has the tag 0x{tag:x4}");
        if (size is < Bytes or > MostBytes) throw Malformed($"claims to have {size} bytes");
        if (code.IsSuccess ? tag == OldTag : tag == SessionsTag || size != Bytes) throw Malformed("has a size or tag that does not go with its code");
        return new ResponseHeader((int)size, tag == SessionsTag, code);
    }

    /// <summary>What to throw for a response that is none.</summary>
    public static AttestationException Malformed(string problem) =>
        new(AttestationFault.Malformed, $"what came from the TPM {problem}: that is no response of a TPM 2.0", "is it the command channel of a TPM (swtpm's --server, not its --ctrl)?");
}
