using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM_RS_PW with an empty password (TPM 2.0 Library Part 1, section 19.4): for hierarchies and keys that have no authorization value.</summary>
internal sealed class EmptyPassword : ITpmAuthorization
{
    private const uint PasswordHandle = 0x40000009;
    private const byte ContinueSession = 1;

    private EmptyPassword()
    {
    }

    /// <summary>The one.</summary>
    public static EmptyPassword Instance { get; } = new();

    public void Write(TpmWriter writer, ReadOnlySpan<byte> parts) => writer.UInt32(PasswordHandle).Sized([]).Byte(ContinueSession).Sized([]);

    public void Read(ref TpmReader reader, ReadOnlySpan<byte> parts)
    {
        if (reader.ReadSized(0, "nonce of a password").Length > 0 || reader.ReadByte() != ContinueSession || reader.ReadSized(0, "HMAC of a password").Length > 0)
        {
            throw reader.Malformed("does not confirm the password");
        }
    }
}
